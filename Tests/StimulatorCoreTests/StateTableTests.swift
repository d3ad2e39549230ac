import Foundation
import StimulatorCore
import Testing

@Suite("the state table") struct StateTableTests {
    /// The table once more, written from the design: what may follow each state.
    private static let table: [(StimulatorState, [StimulatorState])] = [
        (.selfTest, [.safe, .faulted, .discharging]),
        (.safe, [.arming, .selfTest, .discharging]),
        (.arming, [.charging, .discharging]),
        (.charging, [.ready, .firing, .discharging]),
        (.ready, [.charging, .firing, .discharging]),
        (.firing, [.recovering, .discharging]),
        (.recovering, [.charging, .ready, .firing, .discharging]),
        (.discharging, [.safe, .faulted]),
        (.faulted, [.safe, .selfTest, .discharging]),
    ]

    @Test("every pair of states is allowed or not as the design says") func pairs() {
        #expect(Self.table.map(\.0) == StimulatorState.all)
        for (state, successors) in Self.table {
            for next in StimulatorState.all {
                #expect(state.mayBecome(next) == successors.contains(next), "\(state) -> \(next)")
            }
            #expect(state.successors.nonzeroBitCount == successors.count)
        }
    }

    @Test("no state is its own successor, every state can be reached, and every state but discharging can discharge")
    func shape() {
        for state in StimulatorState.all {
            #expect(!state.mayBecome(state))
            #expect(state == .selfTest || StimulatorState.all.contains { $0.mayBecome(state) })
            #expect(state == .discharging || state.mayBecome(.discharging))
        }
        let armed = StimulatorState.all.filter(\.isArmed)
        #expect(armed == [.arming, .charging, .ready, .firing, .recovering])
        // An armed state is entered through arming alone, and left through discharging alone.
        for state in StimulatorState.all {
            for next in StimulatorState.all where state.mayBecome(next) && state.isArmed != next.isArmed {
                #expect(next == (state.isArmed ? .discharging : .arming), "\(state) -> \(next)")
            }
        }
    }

    @Test("names are the cases' names, each once, and raw values are contiguous") func names() {
        #expect(StimulatorState.all.count == StimulatorState.count)
        #expect(StimulatorState(rawValue: UInt8(StimulatorState.count)) == nil)
        for state in StimulatorState.all { #expect(state.name.text == "\(state)") }
        #expect(Set(StimulatorState.all.map(\.name.text)).count == StimulatorState.count)
        for raw in 0..<UInt8(OmissionCause.count) {
            let cause = OmissionCause(rawValue: raw)
            #expect(cause?.name.text == cause.map { "\($0)" })
        }
        #expect(OmissionCause(rawValue: UInt8(OmissionCause.count)) == nil)
        for raw in 0..<UInt8(RefusalRule.count) {
            let rule = RefusalRule(rawValue: raw)
            #expect(rule?.name.text == rule.map { "\($0)" })
        }
        #expect(RefusalRule(rawValue: UInt8(RefusalRule.count)) == nil)
    }

    /// The diagram, drawn from the data.
    private static var diagram: String {
        var lines = ["```mermaid", "stateDiagram-v2", "    [*] --> selfTest"]
        for state in StimulatorState.all {
            for next in StimulatorState.all where state.mayBecome(next) {
                lines.append("    \(state.name.text) --> \(next.name.text)")
            }
        }
        let armed = StimulatorState.all.filter(\.isArmed).map(\.name.text)
        lines.append("    classDef armed stroke-width:3px")
        lines.append("    class \(armed.joined(separator: ",")) armed")
        lines.append("```")
        return lines.joined(separator: "\n")
    }

    @Test("the diagram in the documentation is the one that the table draws") func documented() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/StimulatorCore/StimulatorCore.docc/States.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let drawn = text.range(of: "```mermaid").map { text[$0.lowerBound...] }.flatMap { rest in
            rest.range(of: "\n```").map { String(rest[..<$0.upperBound]) }
        }
        #expect(drawn == Self.diagram)
    }
}
