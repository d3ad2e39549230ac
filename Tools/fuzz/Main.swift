#if canImport(Glibc)
    import Glibc
#endif

/// What libFuzzer calls with each input.
typealias FuzzCall = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

/// libFuzzer's own main, with its options in `argv` (compiler-rt, FuzzerDriver.cpp).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ call: FuzzCall
) -> Int32

/// What libFuzzer's own `main`, which is linked and never called, would call.
@_cdecl("LLVMFuzzerTestOneInput") func fuzzNothing(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 { 0 }

/// `STIM_FUZZ_TARGET=TARGET fuzz OPTION...`: throws bytes at one of the parsers; the options are libFuzzer's. A property that does not hold
/// traps. (Not an argument: libFuzzer starts its own program again to merge and to minimise.)
@main enum Fuzz {
    /// A parser, and what throws bytes at it.
    @safe struct Target {
        let name: String
        let call: FuzzCall

        init(_ name: String, _ call: FuzzCall) {
            self.name = name
            unsafe self.call = call
        }
    }

    static let targets: [Target] = [
        unsafe Target("shell") { unsafe shellFuzz(Input($0, $1)) },
        unsafe Target("scpi") { unsafe shellFuzz(Input($0, $1)) },
        unsafe Target("json") { unsafe shellFuzz(Input($0, $1)) },
        unsafe Target("wire") { unsafe wireFuzz(Input($0, $1)) },
        unsafe Target("board") { unsafe boardFuzz(Input($0, $1)) },
        unsafe Target("journal") { unsafe journalFuzz(Input($0, $1)) },
        unsafe Target("library") { unsafe libraryFuzz(Input($0, $1)) },
        unsafe Target("update") { unsafe updateFuzz(Input($0, $1)) },
        unsafe Target("frames") { unsafe framesFuzz(Input($0, $1)) },
    ]

    static func main() {
        let wanted = unsafe getenv("STIM_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = targets.first(where: { $0.name == wanted }) else {
            print("usage: STIM_FUZZ_TARGET=\(targets.map(\.name).joined(separator: "|")) fuzz OPTION...")
            exit(2)
        }
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, target.call))
    }
}

/// A property that every input must keep to: said and trapped where it does not.
func demand(
    _ holds: Bool, _ what: @autoclosure () -> String = "", file: StaticString = #fileID, line: UInt = #line
) {
    if holds { return }
    print("does not hold: \(file):\(line): \(what())")
    fflush(nil)
    fatalError()
}

/// The bytes of one input, taken from the front; behind its end there are zeros.
@safe struct Input {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let count: Int
    private var position = 0

    init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        unsafe bytes = UnsafeBufferPointer(start: start, count: count)
        self.count = count
    }

    var isEmpty: Bool { position >= count }
    var left: Int { count - position }

    mutating func byte() -> UInt8 {
        guard position < count else { return 0 }
        defer { position += 1 }
        return unsafe bytes[position]
    }

    mutating func word() -> UInt64 { (0..<8).reduce(0) { word, index in word | UInt64(byte()) << UInt64(8 * index) } }
}
