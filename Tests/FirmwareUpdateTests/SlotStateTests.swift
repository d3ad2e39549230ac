import StimulatorCore
import Testing

@testable import FirmwareUpdate

/// What can happen to the state, one thing at a time.
private enum Step: CaseIterable {
    case install, installBoard, start, tell, startDamagedA, startDamagedB, confirm, fail, crash

    func apply(to state: inout SlotState, version: UInt32) {
        switch self {
        case .install: state.installed { _ in true }
        case .installBoard: state.installed { $0 == .board }
        case .tell: state.tellEnd()
        case .start: _ = state.start { _ in true }
        case .startDamagedA: _ = state.start { $0 != .a }
        case .startDamagedB: _ = state.start { $0 != .b }
        case .confirm: state.confirm(version: version)
        case .fail: state.endTrial(.selfTestFailed)
        case .crash: state.endTrial(.crashed)
        }
    }
}

@Suite("The slots' state") struct SlotStateTests {
    private func onTrial() -> SlotState {
        var state = SlotState()
        state.installed { $0 == .firmware }
        return state
    }

    @Test("an update that passes its self-test is confirmed, the next goes to the other slot") func good() {
        var state = onTrial()
        #expect(state.start { _ in true } == .a)
        state.confirm(version: 7)
        #expect(state.confirmed == .a && state.trial == nil && state.version == 7 && state.lastEnd == .confirmed)
        #expect(state.start { _ in true } == .a)
        state.installed { $0 == .board }
        #expect(state.target == .b)
        #expect(state.start { _ in true } == .b)
        // The firmware came along from the confirmed slot.
        #expect(state.has(.firmware, in: .b) && state.has(.board, in: .b) && !state.has(.board, in: .a))
    }

    @Test("H-29 an update that fails its self-test, ends by itself, or is damaged is given up: the one before runs")
    func bad() {
        for end in [TrialEnd.selfTestFailed, .crashed] {
            var state = onTrial()
            #expect(state.start { _ in true } == .a)
            state.endTrial(end)
            #expect(state.start { _ in true } == .factory)
            #expect(state.lastEnd == end && state.lastTried == .a && state.version == 0)
        }
        var state = onTrial()
        #expect(state.start { _ in false } == .factory)
        #expect(state.lastEnd == .damaged)
    }

    @Test("H-29 a trial that never comes to a passed self-test is started three times, then no more")
    func neverConfirmed() {
        var state = onTrial()
        for _ in 0..<3 { #expect(state.start { _ in true } == .a) }
        for _ in 0..<3 { #expect(state.start { _ in true } == .factory) }
        #expect(state.lastEnd == .notConfirmed)
        // What comes too late changes nothing.
        state.confirm(version: 9)
        #expect(state.confirmed == .factory && state.version == 0)
    }

    @Test("a confirmed slot that is damaged leaves the factory's firmware, and the highest version stays")
    func damaged() {
        var state = onTrial()
        _ = state.start { _ in true }
        state.confirm(version: 7)
        #expect(state.start { _ in false } == .factory)
        #expect(state.confirmed == .factory && state.version == 7)
    }

    @Test(
        "H-29 whatever happens in whatever order: the file gives back the state, a trial is bounded, the confirmed slot is never the target"
    )
    func exhaustive() throws {
        var seen: Set<SlotState> = [SlotState()]
        var fresh = Array(seen)
        while let state = fresh.popLast() {
            #expect(SlotState(word: state.word) == state)
            #expect(state.target != state.confirmed && state.target != .factory)
            #expect(state.trial == nil || state.trial == state.target)
            #expect(state.starts <= SlotState.trialStarts)
            for step in Step.allCases {
                var next = state
                step.apply(to: &next, version: 7)
                // Only a passed self-test moves the confirmed slot, and only to the one on trial; else it can fall to the factory's.
                #expect(
                    next.confirmed == state.confirmed || (step == .confirm && next.confirmed == state.trial)
                        || next.confirmed == .factory)
                #expect(next.version >= state.version)
                if step != .install && step != .installBoard { #expect(state.trial != nil || next.trial == nil) }
                if seen.insert(next).inserted { fresh.append(next) }
            }
        }
        // Small enough to be walked through whole, large enough to be more than a handful.
        #expect((50..<50_000).contains(seen.count), "\(seen.count) states")
        let words = Set(seen.map(\.word))
        #expect(words.count == seen.count)
    }

    @Test("words that no state has are refused: every word of the low 19 bits, and every high bit") func words() {
        for word in UInt64(0)..<1 << 19 {
            guard let state = SlotState(word: word) else { continue }
            #expect(state.word == word)
            #expect(
                state.chosen == .factory || state.has(.board, in: state.chosen)
                    || state.has(.firmware, in: state.chosen))
        }
        for bit in 19..<32 { #expect(SlotState(word: 1 << UInt64(bit)) == nil) }
        #expect(SlotState(word: 1 << 63) == nil)
        #expect(SlotState(word: UInt64(Int32.max) << 32)?.version == BundleHeader.highestVersion)
    }
}
