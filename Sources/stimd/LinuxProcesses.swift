import BoardFile
import BoardInterface
import CLinuxBoard
import CSystem
import Console
import ConsoleSide
import ControlLoop
import FirmwareUpdate
import Journal
import LinuxBoard
import StimulatorCore
import SystemIO

// What the two processes of a real board do first. File-scope functions, because C calls them. Neither returns.

/// The safety process: no console's page for writing, no line, no journal.
func runSafetyProcess(_ context: UnsafeMutableRawPointer?) {
    guard let seat = unsafe context?.assumingMemoryBound(to: FirmwareSeat.self) else { return }
    unsafe clinuxboard_unshare(seat.pointee.shared.console)
    unsafe clinuxboard_unshare(seat.pointee.shared.both)
    let file = unsafe csystem_file_open(seat.pointee.options.latches.text, 1)
    do throws(ClaimFault) {
        var process = try unsafe SafetyProcess(
            seat.pointee.board, seat.pointee.wiring, shared: seat.pointee.shared.safety, latchFile: file)
        csystem_exit(process.run() == .quiet ? 0 : 1)
    } catch {
        say(error)
        csystem_exit(2)
    }
}

/// The console process: opens its lines and its journal, gives everything else away, and then reads what people type.
func runConsoleProcess(_ context: UnsafeMutableRawPointer?) {
    guard let seat = unsafe context?.assumingMemoryBound(to: FirmwareSeat.self) else { return }
    unsafe clinuxboard_unshare(seat.pointee.shared.safety)
    unsafe clinuxboard_unshare(seat.pointee.shared.both)
    let options = unsafe seat.pointee.options
    let opened = unsafe Program.openLine(options.tty, baud: rate(of: options.tty, seat.pointee.serial))
    let file = unsafe csystem_file_open(options.journal.text, 1)
    let protocols = unsafe ProtocolLibrary.load(options.protocols?.text)
    protocols.fault?.complain()
    let incoming = options.updates?.incoming.map { unsafe csystem_file_open($0.text, 1) } ?? -1
    let staging = unsafe updateStaging(options, incoming, seat.pointee.board.identity)
    let others = unsafe options.others.open(allowsWire: seat.pointee.allowsWire)
    var kept = Fixed<6, Int32>(repeating: opened.input)
    kept[1] = file
    kept[2] = incoming
    kept[3] = others.local
    kept[4] = others.tcp
    kept[5] = others.wire
    let confined = unsafe withUnsafeBytes(of: kept) { list in
        unsafe clinuxboard_confine(options.user, list.baseAddress?.assumingMemoryBound(to: Int32.self), 6)
    }
    if confined < 0 { Program.fail("stimd: the console's process cannot be confined: start as root, or give --user\n") }
    do throws(StorageFault) {
        let journal = try FileStorage(descriptor: file)
        let pages = unsafe ControllerPage(SharedWords(seat.pointee.shared.console))
        var process = unsafe ConsoleProcess(
            board: seat.pointee.board, protocols: protocols, page: pages.page(of: seat.pointee.consoles),
            journal: journal, lines: others.beside(opened.line), isTerminal: opened.isTerminal,
            isThreeWire: opened.isThreeWire)
        unsafe process.setPins(seat.pointee.pins, restarts: Int(clamping: seat.pointee.consoles))
        if let staging = consume staging { process.receiveUpdates(in: staging) }
        process.run()
        csystem_exit(0)
    } catch {
        Program.fail("stimd: the journal does not open\n")
    }
}

/// The rate of the board's serial line with this path; 0 for one that the board does not have.
private func rate(of tty: ArgumentWord?, _ serial: Fixed<2, SerialWiring>) -> UInt32 {
    guard let tty else { return 0 }
    for index in 0..<2 where serial[index].baud > 0 {
        let name = serial[index].path
        var place = 0
        while place < name.count, unsafe UInt8(bitPattern: tty.text[place]) == name[place] { place += 1 }
        if place == name.count, unsafe tty.text[place] == 0 { return serial[index].baud }
    }
    return 0
}

/// Where this console puts a bundle that it receives; nil for a machine without slots, or when the file cannot be had.
private func updateStaging(_ options: Options, _ file: Int32, _ board: BoardIdentity) -> UpdateStaging<FileStorage>? {
    guard let updates = options.updates, let keys = updates.keys, let word = updates.slots?.number,
        let slots = SlotState(word: UInt64(word))
    else { return nil }
    do throws(StorageFault) {
        return UpdateStaging(
            in: try FileStorage(descriptor: file), slots: slots, keys: unsafe UpdateKeys.read(keys.text), board: board,
            architecture: .own)
    } catch {
        return nil
    }
}

/// Says which line could not be had and why.
private func say(_ fault: ClaimFault) {
    var writer = OutputWriter(descriptor: 2)
    writer.put("stimd: ")
    for index in 0..<32 where fault.line[index] != 0 { writer.put(fault.line[index]) }
    let reason: StaticString =
        switch Int(fault.code) {
        case CLINUXBOARD_NO_SUCH_LINE:
            ": no GPIO chip has a line of this name: look with gpioinfo, and at the overlay\n"
        case CLINUXBOARD_LINE_TWICE: ": two GPIO chips have a line of this name: give the board's another one\n"
        case CLINUXBOARD_TWO_CHIPS: ": on another GPIO chip than its group: wire the whole group to one chip\n"
        case -Int(EBUSY): "the lines are taken: end the program that has them (gpioinfo shows it)\n"
        case -Int(EACCES), -Int(EPERM): "the lines or the threads are not allowed: start as root\n"
        default: "the lines or the threads could not be had\n"
        }
    writer.put(reason)
    writer.flush()
}
