import StimulatorCore

extension SubjectEntry {
    /// What kind of record it is.
    var kind: RecordKind {
        switch self {
        case .sessionBegan: .sessionBegan
        case .sessionEnded: .sessionEnded
        case .threshold: .threshold
        case .pain: .pain
        case .sideEffect: .sideEffect
        case .protocolStarted: .protocolStarted
        }
    }
}

/// The payloads of records about subjects.
extension RecordFormat {
    static func encode(_ entry: SubjectEntry, into bytes: inout RecordBytes) {
        switch entry {
        case .sessionBegan(let code, let profile, let continues):
            for index in 0..<16 { bytes.append(UInt64(code[index]), size: 1) }
            bytes.append(UInt64(profile.rawValue) | (continues ? 1 << 8 : 0))
        case .sessionEnded: break
        case .threshold(let kind, let method, let estimate):
            bytes.append(UInt64(kind.rawValue) | UInt64(method.rawValue) << 8, size: 2)
            bytes.append(UInt64(UInt16(clamping: estimate.threshold.raw)), size: 2)
            bytes.append(UInt64(estimate.pulses), size: 2)
            bytes.append(UInt64(UInt16(clamping: estimate.low.raw)), size: 2)
            bytes.append(UInt64(UInt16(clamping: estimate.high.raw)))
        case .pain(let rating): bytes.append(UInt64(rating))
        case .sideEffect(let note):
            for index in 0..<note.count { bytes.append(UInt64(note[index]), size: 1) }
        case .protocolStarted(let name):
            for index in 0..<24 { bytes.append(UInt64(name[index]), size: 1) }
        }
    }

    /// The entry in a record's payload of `size` bytes; nil for what is none.
    static func entry(_ kind: RecordKind, of bytes: RecordBytes, _ size: Int) -> SubjectEntry? {
        switch kind {
        case .sessionBegan: size == 24 ? session(of: bytes) : nil
        case .sessionEnded: size == 0 ? .sessionEnded : nil
        case .threshold: size == 16 ? threshold(of: bytes) : nil
        case .pain: size == 8 ? rating(word(0, of: bytes)) : nil
        case .sideEffect: .sideEffect(note(bytes, size))
        case .protocolStarted:
            size == 24 ? text(bytes).map { .protocolStarted($0) } : nil
        default: nil
        }
    }

    private static func session(of bytes: RecordBytes) -> SubjectEntry? {
        let last = word(2, of: bytes)
        guard last >> 9 == 0, let profile = SessionProfile(rawValue: UInt8(truncatingIfNeeded: last)),
            let code: SubjectCode = text(bytes), code.isSubjectCode
        else { return nil }
        return .sessionBegan(code, profile, continues: last >> 8 == 1)
    }

    private static func threshold(of bytes: RecordBytes) -> SubjectEntry? {
        let (first, second) = (word(0, of: bytes), word(1, of: bytes))
        func part(_ word: UInt64, _ shift: UInt64) -> PerMille { PerMille(Int32(word >> shift & 0xFFFF)) }
        guard let kind = ThresholdKind(rawValue: UInt8(truncatingIfNeeded: first)),
            let method = ThresholdMethod(rawValue: UInt8(truncatingIfNeeded: first >> 8)), second >> 16 == 0
        else { return nil }
        let estimate = ThresholdEstimate(
            threshold: part(first, 16), low: part(first, 48), high: part(second, 0),
            pulses: UInt16(truncatingIfNeeded: first >> 32))
        let highest = max(estimate.threshold, max(estimate.low, estimate.high))
        guard estimate.threshold > .zero, highest <= PerMille(1000) else { return nil }
        return .threshold(kind, method, estimate)
    }

    private static func rating(_ word: UInt64) -> SubjectEntry? { word <= 10 ? .pain(UInt8(word)) : nil }

    /// The text at the begin of the payload, up to its first zero; nil for bytes that no text has.
    private static func text<let capacity: Int>(_ bytes: RecordBytes) -> FixedText<capacity>? {
        var text = FixedText<capacity>()
        for index in 0..<capacity {
            if bytes[prefix + index] == 0 { break }
            if !text.append(bytes[prefix + index]) { return nil }
        }
        return text
    }
}
