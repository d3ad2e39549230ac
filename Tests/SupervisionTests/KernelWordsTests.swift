import StimulatorCore
import Supervision
import Testing

@Suite("the kernel's command line and the list of modules") struct KernelWordsTests {
    private func words(_ text: String) -> KernelWords {
        var bytes = Fixed<2_048, UInt8>(repeating: 0)
        for (index, byte) in text.utf8.prefix(2_048).enumerated() { bytes[index] = byte }
        return KernelWords(bytes, count: text.utf8.count)
    }

    private func string<let capacity: Int>(_ text: FixedText<capacity>) -> String {
        String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }

    private func parameters(_ line: String, _ module: String) throws -> String {
        string(words(line).parameters(of: try #require(FixedText<64>(module.utf8))))
    }

    @Test("the last value of a name counts; a name that only begins so is another") func values() {
        let line = words("quiet pulsekeeper.card=/dev/a pulsekeeper.cards=/dev/x pulsekeeper.card=/dev/mmcblk0 ro\n")
        #expect(string(line.value(of: "pulsekeeper.card")) == "/dev/mmcblk0")
        #expect(line.value(of: "pulsekeeper").isEmpty && line.value(of: "quiet").isEmpty)
        #expect(words("").value(of: "a").isEmpty)
        #expect(words("a=" + String(repeating: "x", count: 64)).value(of: "a").isEmpty)
    }

    @Test("a module gets its own parameters, in order") func modules() throws {
        let line = "a bcm2835_wdt.heartbeat=15 bcm2835_wdt.nowayout=1 pinctrl-rp1.persist_gpio_outputs=n bcm2835_wdt"
        #expect(try parameters(line, "bcm2835_wdt") == "heartbeat=15 nowayout=1")
        #expect(try parameters(line, "pinctrl-rp1") == "persist_gpio_outputs=n")
        #expect(try parameters(line, "pinctrl_rp1") == "persist_gpio_outputs=n")
        #expect(try parameters(line, "bcm2835").isEmpty)
        #expect(try parameters("ext4.", "ext4").isEmpty)
    }

    @Test("a list of modules is taken line by line, with or without its last line end") func order() {
        for text in ["mbcache\njbd2\n\next4", "mbcache\njbd2\next4\n"] {
            var bytes = Fixed<4_096, UInt8>(repeating: 0)
            for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
            var order = ModuleOrder(bytes, count: text.utf8.count)
            var taken: [String] = []
            while let name = order.take() { taken.append(string(name)) }
            #expect(taken == ["mbcache", "jbd2", "ext4"])
        }
    }
}
