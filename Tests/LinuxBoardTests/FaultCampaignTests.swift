import LinuxRig
import Testing

/// The fakes are one for the whole process: their tests run one after the other.
@Suite("a board on Linux, its devices faked", .serialized) struct FakedDevices {}

extension FakedDevices {
    @Suite("every call goes wrong") struct FaultCampaignTests {
        @Test("H-27 a call fails, is cut short or blocks, at any moment: a safe stop or a correct train, nothing else")
        func everyCall() throws {
            var campaign = Campaign(stride: 12_007)
            campaign.start()
            try campaign.train()
            #expect(campaign.broken.isEmpty, "\(campaign.broken.joined(separator: "\n"))")
            #expect(campaign.trains > 20 && campaign.stops > 20 && campaign.refusedStarts > 20, "\(campaign)")
        }
    }
}
