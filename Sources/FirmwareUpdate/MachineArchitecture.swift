/// What kind of machine a firmware is compiled for. Raw values are part of the bundle format.
public enum MachineArchitecture: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Any: a bundle without a firmware.
    case any = 0
    /// Raspberry Pi 3, 4, 5 with a 64-bit kernel.
    case arm64 = 1
    /// ARMv7 with the hard-float calling convention: Raspberry Pi 2 and 3.
    case armhf = 2
    /// ARM with the soft-float calling convention: Raspberry Pi Zero.
    case armel = 3
    /// This machine's kind: the simulator, and the tests.
    case amd64 = 4

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    public var name: StaticString {
        switch self {
        case .any: "any"
        case .arm64: "arm64"
        case .armhf: "armhf"
        case .armel: "armel"
        case .amd64: "amd64"
        }
    }
}
