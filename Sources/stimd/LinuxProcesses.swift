import CLinuxBoard
import CSystem
import Console
import ControlLoop
import Journal
import LinuxBoard
import SimulatedBench
import StimulatorCore
import SystemIO

// What the two processes of a real board do first. File-scope functions, because C calls them. Neither returns.

/// The safety process: no console's page for writing, no line, no journal.
func runSafetyProcess(_ context: UnsafeMutableRawPointer?) {
    guard let seat = unsafe context?.assumingMemoryBound(to: FirmwareSeat.self) else { return }
    unsafe clinuxboard_unshare(seat.pointee.shared.console)
    unsafe clinuxboard_unshare(seat.pointee.shared.both)
    let latches = unsafe seat.pointee.options.latches.flatMap { unsafe csystem_argument($0) }
    let file = unsafe latches.map { unsafe csystem_file_open($0, 1) } ?? -1
    do throws(ClaimFault) {
        var process = try unsafe SafetyProcess(
            seat.pointee.board, seat.pointee.wiring, shared: seat.pointee.shared.safety, latchFile: file)
        csystem_exit(process.run() == .quiet ? 0 : 1)
    } catch {
        say(error)
        csystem_exit(2)
    }
}

/// The console process: opens its line and its journal, gives everything else away, and then reads what people type.
func runConsoleProcess(_ context: UnsafeMutableRawPointer?) {
    guard let seat = unsafe context?.assumingMemoryBound(to: FirmwareSeat.self) else { return }
    unsafe clinuxboard_unshare(seat.pointee.shared.safety)
    unsafe clinuxboard_unshare(seat.pointee.shared.both)
    let options = unsafe seat.pointee.options
    let opened = unsafe OpenedLine(options, seat.pointee.serial)
    let file = options.journal.map { unsafe csystem_file_open(csystem_argument($0), 1) } ?? -1
    var kept = Fixed<2, Int32>(repeating: opened.input)
    kept[1] = file
    let confined = unsafe withUnsafeBytes(of: kept) { list in
        unsafe clinuxboard_confine(UInt32(options.user), list.baseAddress?.assumingMemoryBound(to: Int32.self), 2)
    }
    if confined < 0 { Stimd.fail("stimd: the console's process cannot be confined: start as root, or give --user\n") }
    do throws(StorageFault) {
        let journal = try FileStorage(descriptor: file)
        let pages = unsafe ControllerPage(SharedWords(seat.pointee.shared.console))
        unsafe ConsoleProcess(
            board: seat.pointee.board, page: pages.page(of: seat.pointee.consoles), journal: journal, line: opened.line,
            isTerminal: opened.isTerminal, isThreeWire: opened.isThreeWire
        ).run()
        csystem_exit(0)
    } catch {
        Stimd.fail("stimd: the journal does not open\n")
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
