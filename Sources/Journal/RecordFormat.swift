import StimulatorCore

/// The journal's format, version 1. All integers are little-endian; records follow each other without padding.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0      | 4    | length of the whole record, 64 + n |
/// | 4      | 1    | kind (`RecordKind`) |
/// | 5      | 1    | flags: bit 0 = the wall time is trusted; the others are 0 |
/// | 6      | 2    | 0 |
/// | 8      | 8    | sequence: 0 for the first record of the file, then one more each |
/// | 16     | 8    | monotonic time, ns |
/// | 24     | 8    | wall time, ns since 1970 UTC |
/// | 32     | n    | payload, n = 0 ... 200 |
/// | 32 + n | 32   | tag: BLAKE2b-256 of the tag before (zeros for the first record) and the bytes 0 ..< 32 + n |
///
/// | kind          | n         | payload |
/// |---------------|----------:|---------|
/// | opened        | 16        | "Pulsekeeper" and a zero byte, version (4) |
/// | start         | 16        | board hash, start number |
/// | event         | 64        | the eight words of `Event.frame` |
/// | gap           | 16        | event sequence expected, received |
/// | note          | 0 ... 200 | bytes |
/// | override      | 0 ... 200 | bytes |
/// | configuration | 0 ... 200 | bytes |
/// | recovered     | 16        | bytes dropped, reason |
/// | resumed       | 24        | error number (4), failures (4), records lost, since |
/// | session began | 24        | subject's code (16, zeros behind it), profile (1), 1 if it continues (1), zeros (6) |
/// | session ended | 0         | |
/// | threshold     | 16        | kind (1), method (1), per mille (2), pulses (2), low (2), high (2), zeros (6) |
/// | pain          | 8         | 0 ... 10 |
/// | side effect   | 0 ... 200 | bytes |
/// | protocol started | 24     | its name, zeros behind it |
/// | clock set     | 8         | wall time, ns since 1970 UTC |
///
/// A whole record of a kind that stands in no row is a later version's: it is kept and passed over, so that a firmware that was rolled
/// back cuts off nothing.
///
/// The tag of the last record stands for the whole history: kept elsewhere, it shows a journal that was cut at a record's end.
enum RecordFormat {
    static var version: UInt32 { 1 }
    /// Bytes before the payload.
    static var prefix: Int { 32 }
    /// The shortest record: no payload.
    static var shortest: Int { prefix + Tag.size }
    /// "Pulsekee" and "per" with its zero byte, as little-endian words.
    static var magicLow: UInt64 { 0x6565_6B65_736C_7550 }
    static var magicHigh: UInt64 { 0x0072_6570 }

    /// The bytes of a record up to its tag.
    @inline(always) static func encode(_ record: Record) -> RecordBytes {
        var bytes = RecordBytes()
        bytes.append(0, size: 4)
        bytes.append(UInt64(record.content.kind?.rawValue ?? 0), size: 1)
        bytes.append(record.wall.isTrusted ? 1 : 0, size: 3)
        bytes.append(record.sequence)
        bytes.append(UInt64(bitPattern: record.at.raw))
        bytes.append(UInt64(bitPattern: record.wall.nanoseconds))
        encode(record.content, into: &bytes)
        let length = bytes.count + Tag.size
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
        return bytes
    }

    /// Appends the tag that continues the chain after `previous`, and returns it.
    @inline(always) static func seal(_ bytes: inout RecordBytes, after previous: Tag) -> Tag {
        let tag = Tag(after: previous, over: bytes, count: bytes.count)
        bytes.append(tag)
        return tag
    }

    /// The record in `bytes`, whose tag has been checked; nil for what no writer of this version writes.
    static func decode(_ bytes: RecordBytes) -> Record? {
        guard bytes[4] != 0, bytes[5] <= 1, bytes.number(at: 6, size: 2) == 0 else { return nil }
        let known = RecordKind(rawValue: bytes[4])
        guard let content = known.map({ content($0, of: bytes) }) ?? .unknown(kind: bytes[4]) else { return nil }
        return Record(
            sequence: bytes.number(at: 8, size: 8), at: Instant(Int64(bitPattern: bytes.number(at: 16, size: 8))),
            wall: WallTime(nanoseconds: Int64(bitPattern: bytes.number(at: 24, size: 8)), isTrusted: bytes[5] == 1),
            content: content)
    }

    /// True when the first bytes are those of a journal of this version, as far as they go.
    static func beginsJournal(_ bytes: RecordBytes) -> Bool {
        let made = WallTime(nanoseconds: 0, isTrusted: false)
        let expected = encode(Record(sequence: 0, at: Instant(0), wall: made, content: .opened(version: version)))
        for index in 0..<min(bytes.count, expected.count) where index != 5 && !(16..<32).contains(index) {
            if bytes[index] != expected[index] { return false }
        }
        return true
    }

    @inline(always) private static func encode(_ content: RecordContent, into bytes: inout RecordBytes) {
        switch content {
        case .opened(let version):
            bytes.append(magicLow)
            bytes.append(magicHigh, size: 4)
            bytes.append(UInt64(version), size: 4)
        case .start(let first, let second), .gap(let first, let second):
            bytes.append(first)
            bytes.append(second)
        case .event(let event):
            let frame = event.frame
            for index in 0..<8 { bytes.append(frame[index]) }
        case .note(let note), .override(let note), .configuration(let note):
            for index in 0..<note.count { bytes.append(UInt64(note[index]), size: 1) }
        case .recovered(let reason, let dropped):
            bytes.append(UInt64(bitPattern: dropped))
            bytes.append(UInt64(reason.rawValue))
        case .resumed(let code, let failures, let lost, let since):
            bytes.append(UInt64(UInt32(bitPattern: code)), size: 4)
            bytes.append(UInt64(failures), size: 4)
            bytes.append(lost)
            bytes.append(UInt64(bitPattern: since.raw))
        case .subject(let entry): encode(entry, into: &bytes)
        case .clock(let moment): bytes.append(UInt64(bitPattern: moment))
        case .unknown: preconditionFailure("a record of a later version is not appended")
        }
    }

    private static func content(_ kind: RecordKind, of bytes: RecordBytes) -> RecordContent? {
        let size = bytes.count - shortest
        switch kind {
        case .opened:
            guard size == 16, beginsJournal(bytes) else { return nil }
            return .opened(version: version)
        case .start: return size == 16 ? .start(boardHash: word(0, of: bytes), number: word(1, of: bytes)) : nil
        case .event: return size == 64 ? event(bytes).map { .event($0) } : nil
        case .gap: return size == 16 ? .gap(expected: word(0, of: bytes), received: word(1, of: bytes)) : nil
        case .note: return .note(note(bytes, size))
        case .override: return .override(note(bytes, size))
        case .configuration: return .configuration(note(bytes, size))
        case .recovered:
            guard size == 16, let raw = UInt8(exactly: word(1, of: bytes)), let reason = DamageReason(rawValue: raw)
            else { return nil }
            return .recovered(reason: reason, bytesDropped: Int64(bitPattern: word(0, of: bytes)))
        case .resumed:
            guard size == 24 else { return nil }
            return .resumed(
                code: Int32(truncatingIfNeeded: word(0, of: bytes)),
                failures: UInt32(truncatingIfNeeded: word(0, of: bytes) >> 32), recordsLost: word(1, of: bytes),
                since: Instant(Int64(bitPattern: word(2, of: bytes))))
        case .clock: return size == 8 ? .clock(Int64(bitPattern: word(0, of: bytes))) : nil
        case .sessionBegan, .sessionEnded, .threshold, .pain, .sideEffect, .protocolStarted:
            return entry(kind, of: bytes, size).map { .subject($0) }
        }
    }

    static func word(_ index: Int, of bytes: RecordBytes) -> UInt64 {
        bytes.number(at: prefix + 8 * index, size: 8)
    }

    private static func event(_ bytes: RecordBytes) -> Event? {
        var frame = Frame.empty
        for index in 0..<8 { frame[index] = word(index, of: bytes) }
        return Event(frame: frame)
    }

    static func note(_ bytes: RecordBytes, _ size: Int) -> Note {
        var note = Note()
        for index in 0..<size { _ = note.append(bytes[prefix + index]) }
        return note
    }
}
