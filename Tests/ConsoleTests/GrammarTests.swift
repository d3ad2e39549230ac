import StimulatorCore
import Testing

@testable import Console

@Suite("the grammar") struct GrammarTests {
    private func parse(_ text: String) throws(Misfit) -> ShellCommand {
        var line = LineBuffer()
        for byte in text.utf8 { line.insert(byte, at: line.count) }
        var grammar = Grammar<TestRig>(line, intensity: PerMille(300))
        return try grammar.arguments(of: try grammar.name())
    }

    private func misfit(_ text: String) -> Misfit? {
        do throws(Misfit) {
            _ = try parse(text)
            return nil
        } catch {
            return error
        }
    }

    static let intensity = PerMille(300)
    static let plain: [(String, ShellCommand)] = [
        ("help", .help(nil)), ("help train", .help(.train)), ("status", .status), ("selftest", .selfTest),
        ("arm", .arm), ("ARM", .arm), ("  arm  ", .arm), ("disarm", .disarm), ("stop", .stop),
        ("set intensity 60%", .setIntensity(PerMille(600))), ("set intensity 60", .setIntensity(PerMille(600))),
        ("set intensity 60 %", .setIntensity(PerMille(600))), ("set intensity 60.5%", .setIntensity(PerMille(605))),
        ("set intensity 600permille", .setIntensity(PerMille(600))),
        ("set intensity 600 permille", .setIntensity(PerMille(600))),
        ("check", .check(nil)), ("check pulse", .check(.single(intensity: intensity))), ("start", .start),
        ("abort", .abort), ("limits", .limits), ("faults", .faults), ("clear", .clear(nil)),
        ("clear emergencyStop", .clear(.emergencyStop)), ("clear emergencystop", .clear(.emergencyStop)),
        ("watch", .watch(nil)), ("watch on", .watch(true)), ("watch off", .watch(false)),
        ("journal", .journal(count: 10)), ("journal 20", .journal(count: 20)), ("mode json", .mode(json: true)),
        ("mode human", .mode(json: false)), ("renew", .renew),
        ("operate key on", .request(.operate(input: 0, on: true))),
        ("operate coil off", .request(.operate(input: 1, on: false))),
        ("inject charger stuck", .request(.inject(component: 0, mode: 0, duration: nil))),
        (
            "inject coil-sensor-a garbage for 2s",
            .request(.inject(component: 1, mode: 1, duration: .seconds(2)))
        ),
    ]

    @Test("every command is read", arguments: plain) func reads(_ text: String, _ command: ShellCommand) throws {
        #expect(try parse(text) == command)
    }

    static let patterns: [(String, PulsePattern)] = [
        ("pulse", .single(intensity: intensity)),
        ("train 10Hz 50", .train(intensity: intensity, rate: .hertz(10), pulses: 50)),
        ("train 10 50", .train(intensity: intensity, rate: .hertz(10), pulses: 50)),
        ("train 0.5 hz 50", .train(intensity: intensity, rate: Millihertz(500), pulses: 50)),
        (
            "train 10Hz 50 x 4 every 10s",
            .train(intensity: intensity, rate: .hertz(10), pulses: 50, repeats: 4, every: .seconds(10))
        ),
        (
            "train 10Hz 50 x4 every 1min",
            .train(intensity: intensity, rate: .hertz(10), pulses: 50, repeats: 4, every: .seconds(60))
        ),
        ("theta 10 x 20", .thetaBurst(intensity: intensity, bursts: 10, trains: 20)),
        ("itbs", .thetaBurst(intensity: intensity, bursts: 10, trains: 20)),
        ("itbs 3", .thetaBurst(intensity: intensity, bursts: 10, trains: 3)),
        ("ctbs", .thetaBurst(intensity: intensity, bursts: 200)),
        ("ctbs 100", .thetaBurst(intensity: intensity, bursts: 100)),
        ("qps 5ms", .quadripulse(intensity: intensity, interval: .milliseconds(5), bursts: 360)),
        ("qps 50 ms 12", .quadripulse(intensity: intensity, interval: .milliseconds(50), bursts: 12)),
        ("paired 2.5ms", .paired(intensity: intensity, interval: .microseconds(2_500))),
        (
            "paired 100ms x 10 every 5s",
            .paired(intensity: intensity, interval: .milliseconds(100), repeats: 10, every: .seconds(5))
        ),
    ]

    @Test("every pattern is read, and may be checked", arguments: patterns)
    func readsPatterns(_ text: String, _ pattern: PulsePattern) throws {
        #expect(try parse(text) == .give(pattern))
        #expect(try parse("check " + text) == .check(pattern))
    }

    static let misfits: [(String, Expected, String)] = [
        ("trian 10Hz 50", .command, "train"), ("stauts", .command, "status"), ("help trian", .command, "train"),
        ("disram", .command, "disarm"), ("clear emergencyStopp", .trip, "emergencyStop"),
        ("clear coilMising", .trip, "coilMissing"), ("operate kei on", .input, "key"),
        ("inject charger garbage", .failure, ""), ("inject chargr stuck", .component, "charger"),
        ("mode jsn", .outputMode, "json"), ("set intensty 3", .settable, "intensity"),
        ("set intensity 10Hz", .intensity, ""), ("train 10Qz 50", .rate, ""), ("train 10Hz", .count, ""),
        ("train 10Hz 5.5", .count, ""), ("train 10Hz 50 x 4", .every, ""), ("train 10Hz 50 x 4 every 10", .time, ""),
        ("train 10Hz 50 y 4 every 10s", .repeats, ""), ("check arm", .pattern, ""), ("arm now", .nothing, ""),
        ("inject charger stuck 2s", .forWord, ""), ("watch maybe", .onOff, ""), ("qps 5", .time, ""),
        ("train -5Hz 50", .rate, ""), ("train 1.2345Hz 50", .rate, ""), ("train Hz 50", .rate, ""),
        ("arm\u{0}", .command, "arm"), ("pulse pulse", .nothing, ""), ("zzzzzz", .command, ""),
    ]

    @Test("a word that does not fit is named, with what belongs there and the nearest word", arguments: misfits)
    func namesTheWord(_ text: String, _ expected: Expected, _ nearest: String) throws {
        let misfit = try #require(self.misfit(text))
        #expect(misfit.expected == expected)
        #expect((misfit.nearest.map { "\($0)" } ?? "") == nearest)
    }

    static let ranges: [(String, ValueUnit, Int64, Int64)] = [
        ("set intensity 150%", .perMille, 1000, 1500), ("set intensity 0%", .perMille, 1, 0),
        ("journal 1001", .none, 1000, 1001), ("journal 0", .none, 1, 0), ("train 0Hz 5", .millihertz, 1, 0),
        ("train 1Hz 0", .none, 1, 0), ("paired 5s x 2 every 2000min", .microseconds, 3_600_000_000, 120_000_000_000),
    ]

    @Test("a value out of its range is refused with the limit and the value", arguments: ranges)
    func namesTheLimit(_ text: String, _ unit: ValueUnit, _ limit: Int64, _ actual: Int64) throws {
        let refusal = try #require(misfit(text)).refusal
        #expect(refusal.rule == .badValue)
        #expect(refusal.unit == unit)
        #expect(refusal.limit == limit)
        #expect(refusal.actual == actual)
        #expect(refusal.wouldAdmit == limit)
    }

    @Test("huge numbers saturate", arguments: ["99999999999999999999999", "1" + String(repeating: "0", count: 100)])
    func saturates(_ number: String) throws {
        #expect(try #require(misfit("set intensity \(number)%")).refusal.limit == 1000)
        #expect(try #require(misfit("inject charger stuck for \(number)min")).refusal.unit == .microseconds)
        guard case .give(let pattern) = try parse("train \(number)Hz \(number)") else {
            Issue.record("not a pattern")
            return
        }
        #expect(throws: Refusal.self) { try pattern.validated() }
    }

    @Test("hands and faults do not exist on a real board") func realBoard() {
        for text in ["operate key on", "inject charger stuck"] {
            var line = LineBuffer()
            for byte in text.utf8 { line.insert(byte, at: line.count) }
            var grammar = Grammar<NoSimulation>(line, intensity: PerMille(300))
            #expect(throws: Misfit.self) { try grammar.name() }
        }
    }

    @Test("every example of the manual is read") func examples() throws {
        for number in 0..<CommandName.count {
            let entry = try #require(CommandName(rawValue: UInt8(number))).entry
            #expect(entry.usage.description.hasPrefix(entry.word.description))
            #expect(misfit(entry.example.description) == nil)
        }
    }
}
