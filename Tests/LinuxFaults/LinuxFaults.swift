import CLinuxBoard
import Glibc
import LinuxRig

/// Every call of a short train on the faked devices goes wrong in every way: the board stops safely or gives the train, nothing else.
///
///     linux-faults [STRIDE [JOB JOBS]]       each STRIDE-th call (1); of those the share number JOB of JOBS (0 1)
@main enum LinuxFaults {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().map { Int64($0) ?? -1 }
        let stride = numbers.first ?? 1
        let (job, jobs) = numbers.count == 3 ? (numbers[1], numbers[2]) : (0, 1)
        guard numbers.count != 2, numbers.count < 4, stride >= 1, (0..<jobs).contains(job) else {
            print("usage: linux-faults [STRIDE [JOB JOBS]]    STRIDE from 1, JOB from 0 below JOBS")
            exit(2)
        }
        var campaign = Campaign(stride: stride, job: job, of: jobs)
        campaign.start()
        try campaign.train()
        let runs =
            campaign.trains + campaign.stops + campaign.lateFires + campaign.refusedStarts + campaign.broken.count
        print(
            "libgpiod \(clinuxboard_gpiod()).x: \(campaign.calls) calls, \(runs) runs: \(campaign.trains) trains, "
                + "\(campaign.stops) stops, \(campaign.lateFires) late by FIRE's own call, \(campaign.refusedStarts) refused starts, \(campaign.broken.count) broken "
                + "(\(campaign.followed) followed, the others in the state of one of those)")
        for line in campaign.broken.prefix(20) { print(line) }
        exit(campaign.broken.isEmpty ? 0 : 1)
    }
}
