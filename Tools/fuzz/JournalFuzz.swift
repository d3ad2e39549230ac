import CSodium
import Console
import Journal
import StimulatorCore

/// A journal's medium: bytes as they are (bit 0 of the first byte clear), or records with whatever payload, whose length, number and tag
/// are right (set).
func journalFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    var forger = Forger()
    var forged: [UInt8] = []
    if how & 1 != 0 { forged = forger.records(&input) }
    while !input.isEmpty { forged.append(input.byte()) }
    // A journal that goes on is written to.
    let capacity = forged.count + 4_096
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    defer { unsafe memory.deallocate() }
    var disk = unsafe SimulatedDisk(memory: memory, capacity: Int64(capacity))
    fill(&disk, forged)
    do throws(StorageFault) {
        let found = try JournalReader.verify(disk)
        demand(found.bytes <= disk.length && found.records <= UInt64(forged.count / 64))
        demand((found.damage == nil) == (found.bytes == disk.length))
    } catch {
        preconditionFailure("a disk in memory does not fail")
    }
    var journal = Journal(in: disk, board: BoardDescription())
    let wall = WallTime(nanoseconds: 0, isTrusted: false)
    do throws(JournalFault) {
        let report = try journal.open(at: Instant(0), wall: wall)
        demand(report.bytesDropped >= 0 && report.bytesDropped <= Int64(forged.count))
        show(journal)
    } catch {
        // The first record is none: nothing was touched.
        demand(journal.store.length == Int64(forged.count))
    }
    return 0
}

private func fill(_ disk: inout SimulatedDisk, _ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
        var part = RecordBytes()
        let count = min(RecordBytes.capacity, bytes.count - offset)
        part.resize(to: count)
        for index in 0..<count { part[index] = bytes[offset + index] }
        do throws(StorageFault) { try disk.write(part, at: Int64(offset)) } catch { preconditionFailure() }
        offset += count
    }
}

/// Everything that was kept is shown, to people and to programs.
private func show(_ journal: borrowing Journal<SimulatedDisk>) {
    for mode in [OutputMode.human, .json] {
        var shell = ShellSession<FuzzWords>(board: BoardDescription())
        shell.mode = mode
        for back in 0..<Journal<SimulatedDisk>.recentCount {
            guard let record = try? journal.recent(back) else { break }
            if case .event(let event) = record.content {
                shell.show(sequence: record.sequence, at: event.at, event: event)
            }
            if case .gap(let expected, let received) = record.content {
                shell.show(sequence: record.sequence, at: record.at, lostEvents: received &- expected)
            }
            while shell.takeOutput() != nil {}
        }
    }
}

/// Makes records whose chain is right: what somebody who can write the file would make.
private struct Forger {
    private var tag = [UInt8](repeating: 0, count: 32)
    private var number: UInt64 = 0
    private var bytes: [UInt8] = []

    mutating func records(_ input: inout Input) -> [UInt8] {
        add(kind: 1, Array("Pulsekeeper\0".utf8) + [1, 0, 0, 0])
        while !input.isEmpty, number < 200 {
            let kind = input.byte()
            let count = Int(input.byte()) % 201
            add(kind: kind, (0..<count).map { _ in input.byte() })
        }
        return bytes
    }

    private mutating func add(kind: UInt8, _ payload: [UInt8]) {
        var record = little(UInt64(64 + payload.count), 4) + [kind, 0, 0, 0] + little(number, 8)
        record += little(number * 1_000_000, 8) + little(0, 8) + payload
        var next = [UInt8](repeating: 0, count: 32)
        unsafe csodium_chain(tag, record, record.count, &next)
        tag = next
        number += 1
        bytes += record + tag
    }

    private func little(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
