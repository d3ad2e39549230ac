import LinuxRig
import Testing

@Suite("a board on Linux, its devices faked", .serialized) struct FaultCampaignTests {
    @Test("H-19 a call fails, is cut short or blocks, at any moment: a safe stop or a correct train, nothing else")
    func everyCall() throws {
        var campaign = Campaign(stride: 4_001)
        campaign.start()
        try campaign.train()
        #expect(campaign.broken.isEmpty, "\(campaign.broken.joined(separator: "\n"))")
        #expect(campaign.trains > 20 && campaign.stops > 20 && campaign.refusedStarts > 20, "\(campaign)")
    }
}
