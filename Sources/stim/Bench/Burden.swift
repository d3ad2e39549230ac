import Foundation

/// A load beside a measurement: programs that copy memory through the caches and make system calls without end.
enum Burden {
    private static let block = 4 << 20

    /// Starts one a CPU.
    static func start() throws -> [Process] {
        try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["bench", "edges", "--burden"]
            try process.run()
            return process
        }
    }

    /// Is the load, as long as the one lives who started it.
    static func carry() {
        let parent = getppid()
        var from = [UInt8](repeating: 1, count: block)
        var to = [UInt8](repeating: 0, count: block)
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { return }
        while getppid() == parent {
            unsafe to.withUnsafeMutableBytes { target in
                unsafe from.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
            }
            for _ in 0..<100 {
                let written = unsafe write(ends[1], &from, 4096)
                guard written == 4096, unsafe read(ends[0], &from, 4096) == 4096 else { return }
            }
            swap(&from, &to)
        }
    }
}
