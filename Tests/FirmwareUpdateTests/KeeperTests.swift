import StimulatorCore
import Testing

@testable import FirmwareUpdate

@Suite("The keeper of the slots") struct KeeperTests {
    private let machine = Machine()
    private let signer = Signer()

    private func bundle(_ version: UInt32, board: Bool = true, firmware: Bool = true) -> [UInt8] {
        signer.bundle(
            version: version, board: board ? Array("board \(version)".utf8) : nil,
            firmware: firmware ? Array("firmware \(version)".utf8) : nil)
    }

    /// Starts once and passes the self-test.
    private func startAndConfirm() -> UpdateSlot {
        let (slot, _, kept) = machine.start()
        #expect(kept.confirm() == nil)
        return slot
    }

    @Test("a new machine starts the factory's firmware, writes nothing more than its version, and says nothing")
    func fresh() {
        let (slot, outcomes, _) = machine.start()
        #expect(slot == .factory && outcomes.isEmpty)
        let calls = machine.medium.calls
        _ = machine.start()
        #expect(machine.medium.calls == calls)
    }

    @Test("a received bundle is on trial, is confirmed, and is gone from where it was received") func console() {
        machine.medium[.incoming] = bundle(7)
        let (slot, outcomes, kept) = machine.start()
        #expect(slot == .a && outcomes == [.installed(7, .a)])
        #expect(machine.medium[.incoming] == [])
        #expect(machine.parts(of: .a, kept.state) == ["board 7", "firmware 7"])
        #expect(kept.confirm() == nil && kept.state.confirmed == .a)
        let again = machine.start()
        #expect(again.slot == .a && again.outcomes == [.ended(7, .confirmed)])
        #expect(machine.start().outcomes.isEmpty)
        machine.medium[.incoming] = bundle(6)
        let older = machine.start()
        #expect(older.slot == .a && older.outcomes == [.refused(.downgrade(6, installed: 7), .console)])
        #expect(machine.medium[.incoming] == [])
    }

    @Test("a bundle with one part keeps the other one of the confirmed slot") func onePart() {
        machine.medium[.incoming] = bundle(7, board: false)
        #expect(startAndConfirm() == .a)
        machine.medium[.incoming] = bundle(8, firmware: false)
        let (slot, _, kept) = machine.start()
        #expect(slot == .b)
        #expect(machine.parts(of: .a, kept.state) == ["factory", "firmware 7"])
        #expect(machine.parts(of: .b, kept.state) == ["board 8", "firmware 7"])
    }

    @Test("H-29 a trial that fails returns to the one before, and the boot partition's bundle is not tried again")
    func returned() {
        machine.medium[.boot] = bundle(7)
        let (slot, outcomes, kept) = machine.start()
        #expect(slot == .a && outcomes == [.installed(7, .a)])
        #expect(kept.end(.selfTestFailed) == nil)
        for number in 0..<3 {
            let next = machine.start()
            let told: [UpdateOutcome] = number == 0 ? [.ended(7, .selfTestFailed)] : []
            #expect(next.slot == .factory && next.outcomes == [.refused(.returned(7), .boot)] + told)
        }
        #expect(machine.medium[.boot] == bundle(7))
        // A person who sends it again means it.
        machine.medium[.incoming] = bundle(7)
        #expect(machine.start().outcomes.first == .installed(7, .a))
    }

    @Test("H-29 a trial that is cut off again and again is started three times, and then no more") func cutOff() {
        machine.medium[.boot] = bundle(7)
        for _ in 0..<3 { #expect(machine.start().slot == .a) }
        let (slot, outcomes, _) = machine.start()
        #expect(slot == .factory && outcomes == [.ended(7, .notConfirmed)])
        #expect(machine.start().outcomes == [.refused(.returned(7), .boot)])
    }

    @Test("the boot partition's bundle that runs already is nothing new; an older one is refused at every start")
    func boot() {
        machine.medium[.boot] = bundle(7)
        #expect(startAndConfirm() == .a)
        #expect(machine.start().outcomes == [.ended(7, .confirmed)])
        #expect(machine.start().outcomes.isEmpty)
        machine.medium[.boot] = bundle(5)
        for _ in 0..<2 { #expect(machine.start().outcomes == [.refused(.downgrade(5, installed: 7), .boot)]) }
        // A newer one that is on trial is not displaced by what somebody left there.
        machine.medium[.boot] = bundle(8)
        machine.medium[.incoming] = bundle(9)
        let (slot, outcomes, _) = machine.start()
        #expect(slot == .b && outcomes == [.installed(9, .b), .refused(.downgrade(8, installed: 9), .boot)])
    }

    @Test(
        "H-29 what the console can write is verified again: every bit of it, and a bundle that was not received whole")
    func hostileConsole() {
        let sound = bundle(7)
        for index in 0..<sound.count {
            var bytes = sound
            bytes[index] ^= 1 << UInt8(index % 8)
            machine.medium[.incoming] = bytes
            let (slot, outcomes, kept) = machine.start()
            #expect(slot == .factory && kept.state.trial == nil, "byte \(index)")
            guard case .refused(_, .console) = outcomes.first else {
                Issue.record("byte \(index): \(outcomes)")
                continue
            }
        }
        machine.medium[.incoming] = [UInt8](repeating: 0, count: 8) + sound[8...]
        #expect(machine.start().outcomes.isEmpty)
        #expect(machine.medium[.incoming] == [])
    }

    @Test("H-29 a slot whose bytes were changed is not started, by one bit anywhere in part or proof")
    func changedSlot() {
        machine.medium[.incoming] = bundle(7)
        #expect(startAndConfirm() == .a)
        for file in [UpdateFile.part(.board, .a), .part(.firmware, .a), .proof(.board, .a), .proof(.firmware, .a)] {
            let sound = machine.medium[file] ?? []
            #expect(!sound.isEmpty)
            let state = machine.medium[.state]
            for index in 0..<sound.count {
                machine.medium[file]?[index] ^= 1 << UInt8(index % 8)
                #expect(machine.start().slot == .factory, "\(file), byte \(index)")
                machine.medium[file] = sound
                machine.medium[.state] = state
            }
            for other in [nil, [], sound + [0], Array(sound.dropLast())] as [[UInt8]?] {
                machine.medium[file] = other
                #expect(machine.start().slot == .factory)
                machine.medium[file] = sound
                machine.medium[.state] = state
            }
        }
        #expect(machine.start().slot == .a)
    }

    @Test("H-29 a state that cannot be read is the factory's firmware, and no way to a version below the slots'")
    func lost() {
        machine.medium[.incoming] = bundle(7)
        #expect(startAndConfirm() == .a)
        machine.medium[.state] = [UInt8](repeating: 0xFF, count: 64)
        let (slot, outcomes, _) = machine.start()
        #expect(slot == .factory && outcomes == [.stateLost])
        machine.medium[.incoming] = bundle(6)
        let older = machine.start()
        #expect(older.slot == .factory && older.outcomes == [.refused(.downgrade(6, installed: 7), .console)])
    }

    @Test("an image that is newer than the slot is what is started; a slot of another key is not") func newImage() {
        machine.medium[.incoming] = bundle(7)
        #expect(startAndConfirm() == .a)
        let state = machine.medium[.state]
        var newer = machine
        newer.factoryVersion = 8
        #expect(newer.start().outcomes == [.ended(7, .confirmed), .leftSlot(.a)])
        machine.medium[.state] = state
        var foreign = machine
        foreign.keys = Signer(2).keys
        #expect(foreign.start().slot == .factory)
    }

    @Test("a full or failing medium: nothing is tried that cannot be stored, and the reason is told") func full() {
        machine.medium[.incoming] = bundle(7)
        #expect(startAndConfirm() == .a)
        machine.medium[.incoming] = bundle(8)
        machine.medium.code = 28
        machine.medium.cutAt = machine.medium.calls + 1
        let (slot, outcomes, _) = machine.start()
        let refused = UpdateOutcome.refused(.noRoom(Int64(bundle(8).count)), .console)
        #expect(slot == .a && outcomes == [refused, .notStored(code: 28)])
        machine.medium.cutAt = .max
        #expect(machine.start().outcomes.first == .installed(8, .b))
    }
}

@Suite("The keeper of the slots: power cuts") struct PowerCutTests {
    private func bundle(_ version: UInt32) -> [UInt8] {
        Signer().bundle(
            version: version, board: Array("board \(version)".utf8), firmware: Array("firmware \(version)".utf8))
    }

    /// A machine that runs version 7 from slot a, with version 8 received.
    private func prepared() -> Machine {
        let machine = Machine()
        machine.medium[.incoming] = bundle(7)
        _ = machine.start().keeper.confirm()
        machine.medium[.incoming] = bundle(8)
        machine.medium.restart(keeping: 0)
        return machine
    }

    @Test(
        "H-29 power cut at any write of an installation and a start, any part of it written: whole old or whole new runs"
    )
    func installation() {
        let whole = prepared()
        _ = whole.start()
        let calls = whole.medium.calls
        #expect(calls > 15)
        for cut in 1...calls {
            for kept in [0, 31, 32, 10_000] {
                let machine = prepared()
                machine.medium.cutAt = cut
                _ = machine.start()
                machine.medium.restart(keeping: kept)
                // Whatever was left: what is started is whole, and in the end the new version is confirmed.
                for _ in 0..<2 {
                    let (slot, outcomes, kept) = machine.start()
                    let parts = machine.parts(of: slot, kept.state)
                    #expect(
                        parts == ["board 7", "firmware 7"] || parts == ["board 8", "firmware 8"],
                        "cut \(cut): \(outcomes)")
                }
                machine.medium[.incoming] = bundle(9)
                let (slot, _, kept) = machine.start()
                #expect(machine.parts(of: slot, kept.state) == ["board 9", "firmware 9"])
            }
        }
    }

    @Test("H-29 power cut at any write of a confirmation: the version is on trial still, or confirmed")
    func confirmation() {
        for cut in 1...4 {
            for kept in [0, 1, 31, 32, 63, 64] {
                let machine = prepared()
                let (_, _, keeper) = machine.start()
                machine.medium.restart(keeping: 10_000)
                machine.medium.cutAt = cut
                _ = keeper.confirm()
                machine.medium.restart(keeping: kept)
                let (slot, outcomes, after) = machine.start()
                let isConfirmed = after.state.confirmed == .b
                #expect(slot == .b && outcomes == (isConfirmed ? [.ended(8, .confirmed)] : []))
                #expect(after.state.version == (isConfirmed ? 8 : 7))
            }
        }
    }
}
