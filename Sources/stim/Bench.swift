import ArgumentParser
import CReference
import CSystem
import Foundation
import StimulatorCore

/// `stim bench`: how fast the kernel and the whole are, and that a tick takes no memory.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the kernel against plain C, the simulation's speed, allocations and page faults.",
        discussion: """
            Everything comes from this one run. Numbers mean something in a release build on a quiet machine; \
            --check measures nothing and fails when a tick takes memory or the kernel and the C reference differ.
            """,
        subcommands: [BenchEdges.self, BenchBus.self, BenchConsole.self])

    @Flag(help: "Only what does not depend on the machine: allocations, page faults, the reference's checksum.")
    var check = false

    @Option(help: .hidden) var kernelTicks: Int64?
    @Option(help: .hidden) var referenceTicks: Int64?
    @Option(help: .hidden) var rigSeconds: Int64?

    func run() throws {
        if let kernelTicks { return say("\(hex(KernelRace().runKernel(ticks: kernelTicks)))\n") }
        if let referenceTicks { return say("\(hex(KernelRace().runReference(ticks: referenceTicks)))\n") }
        if let rigSeconds {
            var drive = try RigDrive(seed: 1)
            drive.arm()
            drive.run(for: .seconds(rigSeconds), trains: true)
            return say("\(hex(drive.historyHash))\n")
        }
        try compareChecksums()
        if !check {
            showKernel()
            showInstructions()
            try showSimulation()
        }
        try countMemory()
    }

    private func compareChecksums() throws {
        let race = KernelRace()
        let (kernel, reference) = (race.runKernel(ticks: 100_000), race.runReference(ticks: 100_000))
        guard kernel == reference, kernel != 0 else {
            throw fail("the kernel's outputs (\(hex(kernel))) are not the C reference's (\(hex(reference)))")
        }
    }

    // MARK: The kernel

    private func showKernel() {
        let race = KernelRace()
        let ticks: Int64 = 500_000
        var kernel: [Double] = []
        var reference: [Double] = []
        for _ in 0..<15 {
            kernel.append(Double(time { _ = race.runKernel(ticks: ticks) }) / Double(ticks))
            reference.append(Double(time { _ = race.runReference(ticks: ticks) }) / Double(ticks))
        }
        show("nanoseconds a tick", median(kernel), median(reference))
    }

    private func showInstructions() {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        guard let script = tool("Tools/bench/instructions", above: own) else {
            return say("instructions a tick: not counted, Tools/bench/instructions is not above \(own.path)\n")
        }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = script
        process.arguments = [own.path]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        let output = (try? process.run()).flatMap { try? pipe.fileHandleForReading.readToEnd() } ?? Data()
        let counts = String(decoding: output, as: UTF8.self).split { $0.isWhitespace }.compactMap { Double($0) }
        guard counts.count == 2 else {
            return say("instructions a tick: not counted, \(script.path) failed: run it with \(own.path) to see why\n")
        }
        show("instructions a tick", counts[0], counts[1])
    }

    /// The file at `path` in the nearest directory above `place` that has one.
    private func tool(_ path: String, above place: URL) -> URL? {
        var directory = place
        while directory.path != "/" {
            directory.deleteLastPathComponent()
            let candidate = directory.appendingPathComponent(path)
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        return nil
    }

    private func show(_ what: String, _ kernel: Double, _ reference: Double) {
        say(
            "\(what): kernel \(fixed(kernel)), C reference \(fixed(reference)), ratio \(fixed(kernel / reference, 3))\n"
        )
    }

    // MARK: The whole

    private func showSimulation() throws {
        for isArmed in [true, false] {
            var speeds: [Double] = []
            var hash: UInt64 = 0
            for _ in 0..<5 {
                var drive = try RigDrive(seed: 1)
                if isArmed { drive.arm() }
                let begin = drive.now
                let nanoseconds = time { drive.run(for: .seconds(500), trains: isArmed) }
                guard drive.isSound, drive.isArmed == isArmed else { throw fail("the simulated board stopped") }
                speeds.append(Double((drive.now - begin).raw) / Double(nanoseconds))
                hash = drive.historyHash
            }
            let what = isArmed ? "armed, a 10 Hz train" : "idle in safe"
            say("simulated seconds a second, \(what): \(fixed(median(speeds), 0)) (history \(hex(hash)))\n")
        }
    }

    // MARK: Memory

    private func countMemory() throws {
        try plant()
        var drive = try RigDrive(seed: 1)
        drive.arm()
        // What is done for the first time finds pages that were never touched; the same once more must not.
        drive.run(for: .seconds(150), trains: true)
        let begin = (ticks: drive.ticks, pulses: drive.pulses)
        let allocations = counters_allocations()
        let faults = counters_page_faults()
        drive.run(for: .seconds(1000), trains: true)
        let taken = counters_allocations() - allocations
        let faulted = counters_page_faults() - faults
        let counted = drive.ticks - begin.ticks
        say("\(counted) ticks, \(drive.pulses - begin.pulses) pulses: \(taken) allocations, \(faulted) page faults\n")
        guard drive.isSound, drive.isArmed, counted >= 1_000_000 else { throw fail("the simulated board stopped") }
        guard taken == 0, faulted == 0 else { throw fail("a tick takes memory") }
    }

    /// A count that cannot rise proves nothing: each counter must see what is planted.
    private func plant() throws {
        let allocations = counters_allocations()
        counters_plant_allocation()
        guard counters_allocations() > allocations else { throw fail("the allocation counter sees nothing") }
        let faults = counters_page_faults()
        counters_plant_page_fault()
        guard counters_page_faults() > faults else { throw fail("the page fault counter sees nothing") }
    }

    private func fail(_ message: String) -> ExitCode {
        say("bench: \(message)\n", to: 2)
        return ExitCode(1)
    }
}

private func time(_ body: () -> Void) -> Int64 {
    let begin = csystem_now()
    body()
    return csystem_now() - begin
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

private func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int = 1) -> String {
    value.formatted(.number.precision(.fractionLength(digits)).grouping(.never))
}
