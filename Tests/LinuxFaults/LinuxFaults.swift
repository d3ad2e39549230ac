import CLinuxBoard
import Glibc
import LinuxRig

/// Every call of a short train on the faked devices goes wrong in every way: the board stops safely or gives the train, nothing else.
///
///     linux-faults [STRIDE]       each STRIDE-th call (1)
@main enum LinuxFaults {
    static func main() throws {
        let stride = CommandLine.arguments.count > 1 ? Int64(CommandLine.arguments[1]) ?? 1 : 1
        var campaign = Campaign(stride: max(1, stride))
        campaign.start()
        try campaign.train()
        let runs = campaign.trains + campaign.stops + campaign.refusedStarts + campaign.broken.count
        print(
            "libgpiod \(clinuxboard_gpiod()).x: \(campaign.calls) calls, \(runs) runs: \(campaign.trains) trains, "
                + "\(campaign.stops) stops, \(campaign.refusedStarts) refused starts, \(campaign.broken.count) broken")
        for line in campaign.broken.prefix(20) { print(line) }
        exit(campaign.broken.isEmpty ? 0 : 1)
    }
}
