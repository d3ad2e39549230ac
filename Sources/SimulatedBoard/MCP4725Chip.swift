import StimulatorCore

/// The MCP4725 as its registers behave.
struct MCP4725Chip: BitwiseCopyable, Hashable {
    /// 12 bits.
    private(set) var code: UInt16 = 0
    /// 0: the output drives; 1 ... 3: it is pulled to ground.
    private(set) var powerDown: UInt8 = 0
    /// What a power-up loads.
    private(set) var stored: UInt16 = 0

    /// The output as a part of full scale, 0 up to 1.
    var output: Double { powerDown == 0 ? Double(code) / 4096 : 0 }

    /// Fast write: `00 PD1 PD0 D11 ... D8`, `D7 ... D0`. Other commands need a third byte and do nothing here.
    mutating func write(_ first: UInt8, _ second: UInt8) {
        guard first & 0xC0 == 0 else { return }
        powerDown = first >> 4 & 3
        code = UInt16(first & 0x0F) << 8 | UInt16(second)
    }

    /// Three-byte write: command 0x40 sets the output, 0x60 the EEPROM as well; data in the upper 12 bits.
    mutating func write(_ value: UInt16, command: UInt8) {
        guard command >> 5 == 2 || command >> 5 == 3 else { return }
        powerDown = command >> 1 & 3
        code = value >> 4
        if command >> 5 == 3 { stored = code }
    }

    /// Status (ready, power-on reset done), then the register.
    var readBack: UInt32 { 0xC0_0000 | UInt32(powerDown) << 17 | UInt32(code) << 4 }

    /// The part gets its supply again.
    mutating func powerUp() {
        code = stored
        powerDown = 0
    }

    func hash(into history: inout HistoryHash) {
        history.add(UInt64(code) | UInt64(powerDown) << 16 | UInt64(stored) << 32)
    }
}
