import CSystem
import SimulatedBoard
import SimulatedRig
import StimulatorCore
import SystemIO

/// The whole firmware on the simulated board: a train, and one fault of every part in the middle of it.
enum KernelTests {
    static func run(_ report: inout Report) {
        guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else {
            Program.fail("target-tests: no memory\n")
        }
        var history = HistoryHash()
        var safe = true
        var faults: UInt64 = 0
        for raw in 0..<UInt8(FaultComponent.count) {
            guard let part = FaultComponent(rawValue: raw), let mode = firstMode(of: part) else { continue }
            var rig = unsafe SimulatedRig(seed: UInt64(raw) + 1, board: BoardDescription(), memory: memory)
            fault(&rig, Fault(part, mode, from: rig.now + .seconds(12)))
            history.add(rig.historyHash)
            safe = rig.checkers.first == nil && safe
            faults += 1
        }
        report.number("faults of parts, one run each", faults)
        report.number("history of the runs", history.value)
        report.test("no checker of the true world complains of any", safe && faults > 40)
        var rig = unsafe SimulatedRig(seed: 7, board: BoardDescription(), memory: memory)
        fault(&rig, nil)
        report.test("without a fault every pulse of the train is given", rig.checkers.wantedPulses == 20)
    }

    private static func firstMode(of part: FaultComponent) -> FaultMode? {
        for raw in 0..<UInt8(FaultMode.count) {
            if let mode = FaultMode(rawValue: raw), Fault.isValid(part, mode) { return mode }
        }
        return nil
    }

    /// Key on, charged, a train of 20 pulses from about 11.5 s on, disarmed; the fault may begin meanwhile.
    private static func fault(_ rig: inout SimulatedRig, _ fault: Fault?) {
        if let fault { rig.inject(fault) }
        rig.run(until: rig.now + .seconds(8))
        rig.operate(.key, on: true)
        type("set intensity 60%\rarm\r", on: &rig, for: .milliseconds(3_500))
        type("train 10Hz 20\r", on: &rig, for: .seconds(3))
        type("disarm\r", on: &rig, for: .seconds(7))
    }

    private static func type(_ text: StaticString, on rig: inout SimulatedRig, for time: Nanoseconds) {
        for index in 0..<text.utf8CodeUnitCount {
            rig.receive(unsafe text.utf8Start[index])
            rig.run(until: rig.now + .milliseconds(1))
        }
        let end = rig.now + time
        while rig.now < end {
            rig.run(until: rig.now + .milliseconds(1))
            while rig.takeOutput() != nil {}
        }
    }
}
