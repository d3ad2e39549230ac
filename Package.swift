// swift-tools-version: 6.2
import PackageDescription

// The board side builds twice from one source: ordinary Swift (host, tests, simulator) and, with STIM_EMBEDDED=1,
// Embedded Swift for this machine, under -no-allocations. Use one scratch path per mode: `--scratch-path .build-embedded`.
// (Not a trait: SwiftPM links even the plain build as Embedded when the feature stands under a false condition.)
let embedded = Context.environment["STIM_EMBEDDED"] == "1"

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let board: [SwiftSetting] =
    strict
    + (embedded
        ? [
            .enableExperimentalFeature("Embedded"),
            .unsafeFlags(["-no-emit-module-separately-wmo", "-Xfrontend", "-no-allocations"]),
        ]
        : [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))])

let exact: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-ffp-contract=off"])]

let boardTargets: [Target] = [
    .target(name: "CSystem", cSettings: exact),
    .target(name: "CSodium", cSettings: exact, linkerSettings: [.linkedLibrary("sodium")]),
    .target(name: "StimulatorCore", swiftSettings: board),
    .target(name: "BoardInterface", dependencies: ["StimulatorCore"], swiftSettings: board),
    .target(name: "ControlLoop", dependencies: ["BoardInterface"], swiftSettings: board),
    .target(name: "Journal", dependencies: ["StimulatorCore", "CSodium"], swiftSettings: board),
    .target(name: "Console", dependencies: ["StimulatorCore"], swiftSettings: board),
    .target(
        name: "SimulatedBoard", dependencies: ["BoardInterface"], swiftSettings: board),
    .target(name: "ConsoleSide", dependencies: ["Console", "ControlLoop", "Journal"], swiftSettings: board),
    .target(name: "SimulatedRig", dependencies: ["SimulatedBoard", "ConsoleSide"], swiftSettings: board),
    .target(name: "SimulatedBench", dependencies: ["SimulatedRig", "CSystem"], swiftSettings: board),
    .executableTarget(name: "stimd", dependencies: ["SimulatedBench", "CSystem"], swiftSettings: board),
]

let hostTargets: [Target] = [
    .target(
        name: "CReference", path: "Tools/bench", exclude: ["instructions"],
        cSettings: exact + [.unsafeFlags(["-O2"], .when(configuration: .release))]),
    .executableTarget(
        name: "stim",
        dependencies: [
            "SimulatedBench", "SimulatedRig", "Journal", "CSystem", "CReference",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict),
    .testTarget(name: "StimulatorCoreTests", dependencies: ["StimulatorCore"]),
    .testTarget(name: "ConsoleTests", dependencies: ["Console"]),
    .testTarget(name: "Gates", dependencies: ["StimulatorCore"]),
    .testTarget(name: "SimulatedBoardTests", dependencies: ["SimulatedBoard"]),
    .testTarget(name: "JournalTests", dependencies: ["Journal"]),
    .testTarget(name: "ControlLoopTests", dependencies: ["ControlLoop"]),
    .testTarget(name: "SimulatedBenchTests", dependencies: ["SimulatedBench"]),
    .testTarget(name: "StimTests", dependencies: ["stim", "CSystem", "CReference", "Journal"]),
    .testTarget(name: "ScenarioTests", dependencies: ["stim", "SimulatedBench", "SimulatedRig", "StimulatorCore"]),
    .testTarget(name: "AdversaryTests", dependencies: ["SimulatedRig"]),
]

let package = Package(
    name: "Pulsekeeper",
    products: [.executable(name: "stimd", targets: ["stimd"])]
        + (embedded ? [] : [.executable(name: "stim", targets: ["stim"])]),
    dependencies: embedded ? [] : [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")],
    targets: boardTargets + (embedded ? [] : hostTargets),
    swiftLanguageModes: [.v6]
)
