import Console
import StimulatorCore

/// What every session's commands must keep to, whatever came in.
///
/// - Every command is one that the safety side decodes, as it was meant.
/// - Nothing that moves the board leaves a session that may not move it.
/// - A pattern that is started was admitted for what the safety side shows; an intensity is one that the charger regulates.
struct CommandRules {
    var board = BoardDescription()
    var authority = Authority.alone
    var snapshot = Snapshot()

    func check(_ command: TokenedCommand) {
        demand(TokenedCommand(frame: command.frame) == command, "not what the safety side decodes: \(command)")
        demand(command.token <= ChannelToken.most)
        switch command.command {
        case .renew, .disarm, .stop: return
        case .arm(let intensity), .intensity(let intensity):
            demand(intensity >= Admission.leastIntensity(board: board) && intensity.raw <= 1000)
        case .start(let pattern):
            do throws(Refusal) {
                _ = try Admission.forecast(pattern, board: board, snapshot: snapshot)
            } catch {
                demand(false, "started without being admitted: \(pattern), \(error)")
            }
        case .abort, .clear, .selfTest: break
        }
        demand(authority.refusal == nil, "sent without authority: \(command)")
    }

    /// A safety side in any state: mostly one that makes sense, reporting now.
    mutating func drawSnapshot(_ input: inout Input, at now: Instant) {
        let bits = input.byte()
        snapshot = Snapshot()
        snapshot.ticks = 1
        snapshot.now = now
        snapshot.state = StimulatorState(rawValue: bits & 15) ?? .ready
        snapshot.intensity = PerMille(bits & 16 == 0 ? 300 : 600)
        snapshot.trainTotal = bits & 32 == 0 ? 0 : UInt32(input.byte())
        if bits & 64 != 0 { snapshot.trips = TripSet(bits: input.word()) }
        if bits & 128 != 0 { snapshot.energyBacklog = .joules(Int64(input.byte())) }
        snapshot.inputs = .coilPresent | .keySwitch | .interlock
        snapshot.coilA = Reading(.celsius(Int32(input.byte() & 63)), takenAt: now, quality: .good)
        snapshot.coilB = snapshot.coilA
    }

    /// Alone, somebody else in control, control free, an observer.
    mutating func drawAuthority(_ bits: UInt8) {
        let other = ChannelName(.local, number: 2)
        switch bits & 3 {
        case 0: authority = .alone
        case 1: authority = Authority(role: .operator, holdsControl: false, holder: other, isHolderActive: true)
        case 2: authority = Authority(role: .engineer, holdsControl: false)
        default: authority = Authority(role: .observer, holdsControl: false, pins: 1 << Role.engineer.rawValue)
        }
    }
}

/// A small simulated board's words.
enum FuzzWords: SimulationVocabulary {
    static var inputCount: Int { 2 }
    static func inputName(_ input: Int) -> StaticString { input == 0 ? "key" : "coil" }
    static var componentCount: Int { 2 }
    static func componentName(_ component: Int) -> StaticString { component == 0 ? "charger" : "coil-sensor-a" }
    static var modeCount: Int { 2 }
    static func modeName(_ mode: Int) -> StaticString { mode == 0 ? "stuck" : "garbage" }
    static func isValid(component: Int, mode: Int) -> Bool { component == 1 || mode == 0 }
}

/// What the surroundings of a session do between its bytes: 0xF0 ... 0xF7, bytes that no text has.
enum Deed: UInt8 {
    /// The console runs, 10 ms later.
    case run = 0xF0
    /// A second passes.
    case wait = 0xF1
    /// The safety side accepts what was sent last.
    case accept = 0xF2
    /// The safety side refuses it.
    case refuse = 0xF3
    /// The safety side shows another state.
    case show = 0xF4
    /// The line goes down.
    case hangUp = 0xF5
    /// Somebody else gets, or loses, control.
    case control = 0xF6
    /// Something happens on the safety side.
    case event = 0xF7
}

/// A session with its surroundings.
struct FuzzBench<Session: ChannelSession & ~Copyable>: ~Copyable {
    var session: Session
    var rules = CommandRules()
    var now = Instant(1_000_000_000)
    /// Tokens of commands that wait for their answer.
    private var tokens: [UInt32] = []
    private var sequence: UInt64 = 1
    /// Bytes that the session has written.
    private(set) var written = 0

    init(_ session: consuming Session, _ input: inout Input) {
        self.session = session
        rules.drawAuthority(input.byte())
        self.session.authority = rules.authority
        self.session.journalHealth(true)
        show(&input)
    }

    /// One byte of the input: for the session, or a deed of its surroundings.
    mutating func step(_ input: inout Input, seen: (UInt8) -> Void) {
        let byte = input.byte()
        switch Deed(rawValue: byte) {
        case nil: session.receive(byte, at: now)
        case .run: now += .milliseconds(10)
        case .wait: now += .seconds(1)
        case .accept: answer(nil)
        case .refuse: answer(RefusalRule(rawValue: input.byte()) ?? .busy)
        case .show: show(&input)
        case .hangUp: session.hangUp(at: now)
        case .control: control(input.byte())
        case .event: happen(&input)
        }
        let next = session.run(at: now)
        demand(next > now && next <= .distantFuture, "it wants to run at \(next), now is \(now)")
        settle(seen)
    }

    /// Requests, commands and bytes that the session has.
    mutating func settle(_ seen: (UInt8) -> Void) {
        while let request = session.takeRequest() { attend(request) }
        while let command = session.takeCommand() {
            rules.check(command)
            if command.token != 0 { tokens.append(command.token) }
            if tokens.count > 16 { tokens.removeFirst() }
        }
        var count = 0
        while let byte = session.takeOutput() {
            seen(byte)
            count += 1
            demand(count <= 65_536, "it never ends")
        }
        written += count
    }

    private mutating func show(_ input: inout Input) {
        rules.drawSnapshot(&input, at: now)
        session.update(rules.snapshot)
    }

    private mutating func control(_ bits: UInt8) {
        if bits & 4 != 0 { session.receive(.takenOver(by: ChannelName(.tcp, number: 3), role: .engineer)) }
        rules.drawAuthority(bits)
        session.authority = rules.authority
    }

    private mutating func answer(_ rule: RefusalRule?) {
        let token = tokens.popLast() ?? 0
        tell(rule.map { .refused(Refusal($0), token: token, at: now) } ?? Event(.accepted, index: token, at: now))
    }

    private mutating func happen(_ input: inout Input) {
        guard let kind = EventKind(rawValue: input.byte()) else { return }
        var event = Event(kind, detail: input.byte(), extra: input.byte(), at: now)
        for index in 0..<Int(input.byte() & 7) where index < 5 { event.values[index] = Int64(bitPattern: input.word()) }
        if kind == .state, let state = StimulatorState(rawValue: event.detail) { rules.snapshot.state = state }
        if kind == .trainFinished { rules.snapshot.trainTotal = 0 }
        tell(event)
    }

    private mutating func tell(_ event: Event) {
        var event = event
        event.sequence = sequence
        sequence &+= 1
        session.receive(event)
    }

    private mutating func attend(_ request: ConsoleRequest) {
        switch request {
        case .control(let wish):
            guard wish != .ask else {
                rules.authority.holdsControl = rules.authority.refusal == nil
                return session.authority = rules.authority
            }
            let refusal = wish == .take ? rules.authority.refusal : nil
            rules.authority.holdsControl = wish == .take && refusal == nil
            session.authority = rules.authority
            session.controlAnswered(refusal)
        case .record(_, let isAwaited): if isAwaited { session.recorded(now.raw & 1 == 0) }
        case .role(let role, _):
            let isGiven = now.raw & 1 == 0
            if isGiven { rules.authority.role = role }
            session.authority = rules.authority
            session.roleAnswered(isGiven ? nil : Refusal(.role))
        case .journal, .operate, .inject, .virtualSubject, .update: break
        }
    }
}
