import StimulatorCore

/// The one place where a board's wiring is judged, for the loader of compiled board files and for the tool that checks them.
extension BoardWiring {
    /// Calls `report` for everything that is wrong with the wiring of a Linux board, line by line and then device by device.
    public func judge(_ report: (WiringFault) -> Void) {
        for index in 0..<Signal.count {
            guard let signal = Signal(index) else { continue }
            judge(signal, report)
        }
        if !bus.isDevice { report(.bus) }
        if !watchdog.isDevice { report(.watchdog) }
        if watchdogSpan < 1 || watchdogSpan > 15 { report(.watchdogSpan) }
        judgeSerial(report)
        if isolatedCPU > 63 { report(.cpu) }
    }

    private func judge(_ signal: Signal, _ report: (WiringFault) -> Void) {
        let line = lines[Int(signal.index)]
        guard line.isWired else {
            report(.missing(signal))
            if line != LineWiring() { report(.line(signal)) }
            return
        }
        if line.header < -1 || line.header > 27 { report(.header(signal)) }
        if signal.isEnergising, BoardWiring.isPulledUpAtBoot(line.header) { report(.pulledUp(signal)) }
        if line.isActiveLow { report(.activeLow(signal)) }
        for earlier in 0..<Int(signal.index) where lines[earlier].isWired {
            guard let other = Signal(earlier) else { continue }
            if lines[earlier].name == line.name { report(.sharedName(other, signal)) }
            if line.header >= 0, lines[earlier].header == line.header { report(.sharedHeader(other, signal)) }
        }
    }

    private func judgeSerial(_ report: (WiringFault) -> Void) {
        for index in 0..<2 {
            let line = serial[index]
            // The first must be there; the second may be empty, and then wholly.
            if index > 0, line == SerialWiring() { continue }
            if !line.path.isDevice { report(.serial(UInt8(index))) }
            if !SerialWiring.isRate(line.baud) { report(.baud(UInt8(index))) }
        }
    }

    /// The header's GPIOs that are high, or may be, before any software of this project runs: 0 ... 8 are pulled up at power-on (BCM2835
    /// ARM Peripherals, table of alternate functions, column "pull"; the RP1 keeps it), and 14 and 15 are the firmware's and the kernel's
    /// serial line, whose idle level is high.
    public static func isPulledUpAtBoot(_ header: Int8) -> Bool {
        header >= 0 && header <= 8 || header == 14 || header == 15
    }
}

extension FixedText {
    /// True for a path below /dev/ that names something.
    fileprivate var isDevice: Bool {
        let folder: StaticString = "/dev/"
        guard count > folder.utf8CodeUnitCount else { return false }
        for index in 0..<folder.utf8CodeUnitCount where unsafe self[index] != folder.utf8Start[index] { return false }
        return true
    }
}
