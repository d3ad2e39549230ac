import Console
import StimulatorCore

/// What crosses the shared pages. First byte: a command's frame (0), an event's (1), a snapshot's words (2), from a hostile peer.
func framesFuzz(_ given: Input) -> Int32 {
    var input = given
    switch input.byte() % 3 {
    case 0: commandFrame(&input)
    case 1: eventFrame(&input)
    default: snapshotWords(&input)
    }
    return 0
}

private func frame(_ input: inout Input) -> Frame {
    var frame = Frame.empty
    for index in 0..<8 { frame[index] = input.word() }
    return frame
}

/// What decodes is what encodes to the same frame, and no kernel traps on it, in any state that it can be brought to.
private func commandFrame(_ input: inout Input) {
    var kernel = SafetyKernel(board: BoardDescription())
    var now = Instant(0)
    while !input.isEmpty {
        let frame = frame(&input)
        var inputs = KernelInputs(now: now)
        let bits = input.byte()
        inputs.lines = bits & 1 == 0 ? .coilPresent | .keySwitch | .interlock : .none
        if let command = TokenedCommand(frame: frame) {
            demand(command.frame == frame)
            inputs.command = command
        }
        let outputs = kernel.step(inputs)
        demand(kernel.state.isArmed || !outputs.lines.contains(.charge), "charging while disarmed")
        demand(!outputs.lines.contains(.fire), "no state that frames alone bring about fires")
        now += .milliseconds(1 + Int64(bits >> 1))
    }
}

/// What decodes encodes to the same frame, and can be shown.
private func eventFrame(_ input: inout Input) {
    let shells = [OutputMode.human, .json].map { mode in
        let shell = FuzzShell(ShellSession<FuzzWords>(board: BoardDescription()))
        shell.session.mode = mode
        return shell
    }
    while !input.isEmpty {
        let frame = frame(&input)
        guard let event = Event(frame: frame) else { continue }
        demand(event.frame == frame || event.frame[0] & 0xFF == frame[0] & 0xFF)
        for index in shells.indices { shells[index].take(event) }
    }
}

/// A session in an array's element.
private final class FuzzShell {
    var session: ShellSession<FuzzWords>
    private var wire = WireSession(board: BoardDescription())

    init(_ session: consuming ShellSession<FuzzWords>) { self.session = session }

    func take(_ event: Event) {
        session.receive(event)
        session.show(sequence: event.sequence, at: event.at, event: event)
        wire.receive(event)
        while session.takeOutput() != nil {}
    }
}

/// What decodes encodes to the same words but for those that carry nothing, and can be shown, checked against and answered from.
private func snapshotWords(_ input: inout Input) {
    var words = Fixed<24, UInt64>(repeating: 0)
    for index in 0..<24 { words[index] = input.word() }
    guard let snapshot = Snapshot(words: words) else { return }
    demand(Snapshot(words: snapshot.words) == snapshot)
    for mode in [OutputMode.human, .json] {
        var shell = ShellSession<FuzzWords>(board: BoardDescription())
        shell.mode = mode
        shell.update(snapshot)
        for byte in "status\nfaults\nposture\ncheck train 10Hz 20\narm\npulse\n".utf8 {
            shell.receive(byte, at: snapshot.now)
        }
        _ = shell.run(at: snapshot.now)
        while shell.takeOutput() != nil {}
    }
    var wire = WireSession(board: BoardDescription())
    wire.update(snapshot)
    for byte in "Q@nJ@uF@y\\@cI@vx@G".utf8 { wire.receive(byte, at: snapshot.now) }
    _ = wire.run(at: snapshot.now)
}
