import StimulatorCore

/// An operator's reason for giving a pattern outside a guideline: for exactly this plan, this subject and these breaches, once.
struct GuidelineOverride: BitwiseCopyable, Hashable {
    var plan: PulsePlan
    var subject: SubjectCode
    var breaches: UInt8
}

/// Where an override is on its way.
enum OverrideState: BitwiseCopyable, Hashable {
    case none
    /// On its way to the journal.
    case recording(GuidelineOverride)
    /// On record, not yet used.
    case recorded(GuidelineOverride)
    /// Went with the `start` that has this token.
    case used(GuidelineOverride, token: UInt32)
}

extension GuidelineBreaches {
    /// One bit a rule.
    var rules: UInt8 {
        var rules: UInt8 = 0
        for index in 0..<count { rules |= 1 << self[index].rule.rawValue }
        return rules
    }
}

extension ShellSession {
    /// `override REASON`: puts the reason on record, with what it is for. The reply comes when it is on the medium.
    mutating func recordOverride(_ reason: Note) {
        guard steps == nil else { return refuse(.stepsRun, as: .override) }
        guard let plan else { return refuse(Denial(Refusal(.noPattern)), as: .override) }
        do throws(Refusal) {
            guard
                case .needsOverride(_, let breaches) = try Admission.verdict(
                    plan, in: context(for: plan.pattern, loaded: loaded))
            else { return refuse(Denial(Refusal(.badValue), reason: .nothingToOverride), as: .override) }
            guard let note = Note(override: breaches, plan: plan, loaded?.name, subject.code, reason) else {
                let most = Int64(Note.capacity)
                return refuse(
                    Denial(Refusal(.badValue, limit: most, wouldAdmit: most), reason: .reasonTooLong), as: .override)
            }
            overrideState = .recording(
                GuidelineOverride(plan: plan, subject: subject.code, breaches: breaches.rules))
            ask(.record(.override(note), isAwaited: true), as: .override)
        } catch {
            refuse(denial(error, of: plan), as: .override)
        }
    }

    /// The journal has the override, or cannot have it.
    mutating func overrideRecorded(_ isOnMedium: Bool) {
        guard case .recording(let override) = overrideState else { return }
        overrideState = isOnMedium ? .recorded(override) : .none
    }

    /// True when an override is on record for exactly this.
    func isOverridden(_ plan: PulsePlan, _ breaches: GuidelineBreaches) -> Bool {
        guard case .recorded(let override) = overrideState else { return false }
        return override.plan == plan && override.subject == subject.code && override.breaches == breaches.rules
    }

    /// A start went with the override: it is used up, unless the start is refused.
    mutating func useOverride(token: UInt32) {
        if case .recorded(let override) = overrideState { overrideState = .used(override, token: token) }
    }

    /// The answer to a command: a start that was refused gives the override back.
    mutating func settleOverride(token: UInt32, isAccepted: Bool) {
        guard case .used(let override, token) = overrideState else { return }
        overrideState = isAccepted ? .none : .recorded(override)
    }
}

extension Note {
    /// What is overridden, for which pattern and whom, and why; nil when it does not fit.
    init?(
        override breaches: GuidelineBreaches, plan: PulsePlan, _ name: ProtocolName?, _ subject: SubjectCode,
        _ reason: Note
    ) {
        self.init()
        var writer = NoteWriter()
        for index in 0..<breaches.count {
            if index > 0 { writer.put("+") }
            writer.put(breaches[index].rule.name)
        }
        if let name {
            writer.put(" ")
            for index in 0..<name.count { writer.put(name[index]) }
        }
        for index in 0..<4 where plan.pattern.levels[index].count > 1 {
            writer.put(" ")
            writer.put(Int64(plan.pattern.levels[index].count))
            writer.put("x")
            writer.put(plan.pattern.levels[index].interval.raw / 1000)
            writer.put("us")
        }
        if let steps = plan.steps {
            writer.put(" steps ")
            writer.put(Int64(steps.total))
            writer.put(" seed ")
            writer.put(Int64(clamping: steps.seed))
        }
        writer.put(" at ")
        writer.put(Int64(plan.strongest.raw))
        writer.put(" permille")
        if !subject.isEmpty {
            writer.put(" for ")
            for index in 0..<subject.count { writer.put(subject[index]) }
        }
        writer.put(": ")
        for index in 0..<reason.count { writer.put(reason[index]) }
        guard !writer.isFull else { return nil }
        self = writer.note
    }
}

/// Writes a note byte by byte.
private struct NoteWriter {
    private(set) var note = Note()
    private(set) var isFull = false

    mutating func put(_ byte: UInt8) { if !note.append(byte) { isFull = true } }

    mutating func put(_ text: StaticString) {
        for index in 0..<text.byteCount { put(text.byte(at: index)) }
    }

    mutating func put(_ number: Int64) {
        var power: UInt64 = 1
        while number.magnitude / power >= 10 { power *= 10 }
        if number < 0 { put(UInt8(ascii: "-")) }
        while power > 0 {
            put(UInt8(ascii: "0") + UInt8(number.magnitude / power % 10))
            power /= 10
        }
    }
}
