import Testing

@testable import StimulatorCore

@Suite("what the machine gives to the board") struct PostureTests {
    static let guarantees = (1...UInt8(Guarantee.count)).compactMap(Guarantee.init(rawValue:))

    private func safe(_ posture: Posture) -> Plant {
        var plant = Plant()
        plant.kernel = SafetyKernel(board: plant.kernel.board, posture: posture)
        plant.run(.seconds(10)) { $0.kernel.state == .safe }
        plant.turnKey()
        return plant
    }

    @Test("H-26 a guarantee that is missing blocks arming by its name, and nothing else", arguments: guarantees)
    func missing(_ guarantee: Guarantee) {
        var posture = Posture()
        posture.isReal = true
        posture.miss(guarantee)
        var plant = safe(posture)
        #expect(plant.kernel.state == .safe && plant.kernel.trips.isEmpty)
        let refusal = plant.ask(.arm(intensity: PerMille(600)))
        #expect(refusal?.rule == .posture && refusal?.detail == guarantee.rawValue)
        #expect(plant.kernel.state == .safe)
    }

    @Test("H-26 with every guarantee the board arms; the posture of a real board is the first event") func whole() {
        var posture = Posture()
        posture.isReal = true
        posture.watchdogSeconds = 14
        var plant = safe(posture)
        #expect(plant.events.first?.kind == .posture)
        #expect(plant.events.first.map { Posture(word: UInt64(bitPattern: $0.values[0])) } == posture)
        #expect(plant.ask(.arm(intensity: PerMille(600))) == nil)
        #expect(Plant().kernel.events.count == 0)
    }

    @Test("a posture comes back from its word; a word of noise has no guarantee that does not exist") func words() {
        var random = Seeded(5)
        for _ in 0..<1_000 {
            let word = random.next()
            let posture = Posture(word: word)
            #expect(Posture(word: posture.word) == posture)
            #expect(posture.missingBits & 1 == 0 && posture.missingBits >> UInt16(Guarantee.count + 1) == 0)
            var shown = Snapshot()
            shown.posture = posture
            #expect(Snapshot(words: shown.words)?.posture == posture)
        }
        #expect(
            Guarantee(rawValue: UInt8(Guarantee.count + 1)) == nil && PostureTests.guarantees.count == Guarantee.count)
    }
}
