// swift-tools-version: 6.2
import PackageDescription

// The board side builds twice from one source: ordinary Swift (host, tests, simulator) and, with STIM_EMBEDDED=1,
// Embedded Swift for this machine, under -no-allocations. Use one scratch path per mode: `--scratch-path .build-embedded`.
// (Not a trait: SwiftPM links even the plain build as Embedded when the feature stands under a false condition.)
// On a 32-bit processor, STIM_EMBEDDED=32: there Swift 6.3 calls its own conversions between 32 and 64 bits allocations, so that
// Tools/firmware looks into the program instead.
let embedded = ["1", "32"].contains(Context.environment["STIM_EMBEDDED"])
let forbidsAllocations = Context.environment["STIM_EMBEDDED"] == "1"
// The fuzzer of Tools/fuzz, and what it throws bytes at, under libFuzzer and the address sanitizer: only with a scratch path of its own.
let fuzzed = Context.environment["STIM_FUZZ"] == "1"

// Tests look inside optimised code too: what is tested is what is run.
let testable: [SwiftSetting] = embedded ? [] : [.unsafeFlags(["-enable-testing"], .when(configuration: .release))]

let strict: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ] + testable

// Ordinary release builds inline between the rooms what Embedded ones inline anyway: the compiler alone stops at functions of 20
// instructions.
let inlining = ["-cross-module-optimization", "-Xllvm", "-cmo-function-size-limit=500"]

let embeddedSwift: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded"), .unsafeFlags(["-no-emit-module-separately-wmo"]),
]

let board: [SwiftSetting] =
    strict
    + (embedded
        ? embeddedSwift + (forbidsAllocations ? [.unsafeFlags(["-Xfrontend", "-no-allocations"])] : [])
        : [.unsafeFlags(fuzzed ? ["-sanitize=fuzzer,address"] : inlining, .when(configuration: .release))])

// What no tick runs is compiled for size where it goes to a board: a million bytes are the goal for the whole firmware.
let small: [SwiftSetting] =
    board + (embedded ? [.unsafeFlags(["-Osize"], .when(configuration: .release))] : [])

let exact: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-ffp-contract=off"])]

// Another libgpiod than the machine's: a folder with its `include` and `lib`. Debian 13's, on Debian 12.
let gpiod = Context.environment["STIM_GPIOD"]
let gpiodHeaders: [CSetting] = gpiod.map { [.unsafeFlags(["-I", "\($0)/include"])] } ?? []
let gpiodLibrary: [LinkerSetting] =
    (gpiod.map { [.unsafeFlags(["-L\($0)/lib", "-Xlinker", "-rpath=\($0)/lib"])] } ?? []) + [.linkedLibrary("gpiod")]

// Every room that a target is built from is named, also those that come in through another: only what is named makes SwiftPM build
// a target again, and a room's types lie inline in the rooms above it.
let loop: [Target.Dependency] = ["StimulatorCore", "BoardInterface", "ControlLoop"]
let side: [Target.Dependency] = loop + ["Journal", "FirmwareUpdate", "Console", "ConsoleSide"]
let rig: [Target.Dependency] = side + ["SimulatedBoard", "SimulatedRig"]
let bench: [Target.Dependency] = rig + ["SimulatedBench", "BoardFile", "SystemIO", "CSystem", "CSodium"]

let boardTargets: [Target] = [
    .target(name: "CSystem", cSettings: exact),
    .target(
        name: "CLinuxBoard", cSettings: exact + gpiodHeaders,
        linkerSettings: gpiodLibrary + [.linkedLibrary("i2c")]),
    .target(name: "CSodium", cSettings: exact, linkerSettings: [.linkedLibrary("sodium")]),
    .target(name: "StimulatorCore", swiftSettings: board),
    .target(name: "BoardInterface", dependencies: ["StimulatorCore"], swiftSettings: board),
    .target(
        name: "BoardFile", dependencies: ["StimulatorCore", "BoardInterface", "CSystem", "CSodium"],
        swiftSettings: small),
    .target(name: "ControlLoop", dependencies: ["StimulatorCore", "BoardInterface"], swiftSettings: board),
    .target(name: "Journal", dependencies: ["StimulatorCore", "CSodium"], swiftSettings: small),
    .target(name: "FirmwareUpdate", dependencies: ["StimulatorCore", "CSodium"], swiftSettings: small),
    .target(name: "Console", dependencies: ["StimulatorCore", "FirmwareUpdate"], swiftSettings: small),
    .target(name: "SimulatedBoard", dependencies: ["StimulatorCore", "BoardInterface"], swiftSettings: board),
    .target(name: "LinuxBoard", dependencies: loop + ["CLinuxBoard", "CSystem"], swiftSettings: board),
    .target(
        name: "ConsoleSide", dependencies: loop + ["FirmwareUpdate", "Console", "Journal", "CSodium"],
        swiftSettings: small),
    .target(name: "SystemIO", dependencies: side + ["CSystem"], swiftSettings: small),
    .target(name: "SimulatedRig", dependencies: side + ["SimulatedBoard"], swiftSettings: board),
    .target(name: "SimulatedBench", dependencies: rig + ["SystemIO", "CSystem"], swiftSettings: board),
    .executableTarget(
        name: "stimd",
        dependencies: side + ["BoardFile", "SystemIO", "CSystem", "CSodium", "LinuxBoard", "CLinuxBoard"],
        swiftSettings: small),
    .target(name: "CPlant", cSettings: exact),
    // Tests alone run it; it may allocate.
    .executableTarget(
        name: "plant", dependencies: ["StimulatorCore", "BoardInterface", "SimulatedBoard", "CSystem", "CPlant"],
        swiftSettings: strict + (embedded ? embeddedSwift : [])),
    .target(name: "Supervision", dependencies: ["StimulatorCore"], swiftSettings: small),
    .target(name: "CSupervisor", dependencies: ["CSystem"], cSettings: exact),
    .executableTarget(
        name: "supervisor",
        dependencies: loop + [
            "Supervision", "FirmwareUpdate", "Journal", "BoardFile", "SystemIO", "CSystem", "CSodium", "LinuxBoard",
            "CLinuxBoard",
            "CSupervisor",
        ], swiftSettings: small),
    .executableTarget(name: "stimd-sim", dependencies: bench, swiftSettings: board),
    .executableTarget(
        name: "target-tests", dependencies: bench, path: "Tests/TargetTests", swiftSettings: board),
]

let hostTargets: [Target] = [
    .target(
        name: "CReference", path: "Tools/bench", exclude: ["instructions"],
        cSettings: exact + [.unsafeFlags(["-O2"], .when(configuration: .release))],
        linkerSettings: [.linkedLibrary("i2c")]),
    .executableTarget(
        name: "stim",
        dependencies: bench + [
            "LinuxBoard", "CLinuxBoard", "CReference",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "TOMLKit", package: "TOMLKit"),
        ],
        exclude: ["Protocols"],
        swiftSettings: strict),
    // Calls of the C library that the fakes stand in for, wherever our own objects make them.
    .target(
        name: "CFakeDevices", path: "Tests/CFakeDevices", cSettings: exact + gpiodHeaders,
        linkerSettings: [
            .unsafeFlags(["open", "close", "ioctl", "clock_gettime"].flatMap { ["-Xlinker", "--wrap=\($0)"] })
        ]),
    .target(
        name: "LinuxRig", dependencies: loop + ["LinuxBoard", "SimulatedBoard", "CFakeDevices"], path: "Tests/LinuxRig",
        swiftSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(
        name: "linux-faults", dependencies: ["LinuxRig", "CLinuxBoard"], path: "Tests/LinuxFaults",
        swiftSettings: [.treatAllWarnings(as: .error)]),
    .testTarget(
        name: "LinuxBoardTests",
        dependencies: loop + ["LinuxRig", "LinuxBoard", "CLinuxBoard", "SimulatedBoard", "CFakeDevices"]),
    .testTarget(name: "StimulatorCoreTests", dependencies: ["StimulatorCore"]),
    .testTarget(name: "ConsoleTests", dependencies: ["StimulatorCore", "FirmwareUpdate", "Console"]),
    .testTarget(name: "Gates", dependencies: ["StimulatorCore"]),
    .testTarget(name: "SimulatedBoardTests", dependencies: ["StimulatorCore", "BoardInterface", "SimulatedBoard"]),
    .testTarget(name: "JournalTests", dependencies: ["StimulatorCore", "Journal"]),
    .testTarget(name: "BoardFileTests", dependencies: ["StimulatorCore", "BoardInterface", "BoardFile", "CSodium"]),
    .testTarget(name: "FirmwareUpdateTests", dependencies: ["StimulatorCore", "FirmwareUpdate", "CSodium"]),
    .testTarget(name: "ControlLoopTests", dependencies: loop),
    .testTarget(name: "SimulatedBenchTests", dependencies: bench),
    .testTarget(name: "SupervisionTests", dependencies: ["StimulatorCore", "Supervision"]),
    .testTarget(name: "StimTests", dependencies: bench + ["stim", "LinuxBoard", "CReference"]),
    .testTarget(name: "ScenarioTests", dependencies: bench + ["stim"]),
    .testTarget(name: "AdversaryTests", dependencies: bench),
    .testTarget(name: "ChannelTests", dependencies: bench),
]

let fuzzTargets: [Target] = [
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "StimulatorCore", "BoardInterface", "BoardFile", "Journal", "Console", "FirmwareUpdate", "CSodium",
        ],
        path: "Tools/fuzz", exclude: ["run", "corpus"],
        swiftSettings: strict + [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])],
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
]

let package = Package(
    name: "Pulsekeeper",
    products: [.executable(name: "stimd", targets: ["stimd"])]
        + (embedded ? [] : [.executable(name: "stim", targets: ["stim"])]),
    dependencies: embedded
        ? []
        : [
            .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
            .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        ],
    targets: boardTargets + (embedded ? [] : hostTargets) + (fuzzed ? fuzzTargets : []),
    swiftLanguageModes: [.v6]
)
