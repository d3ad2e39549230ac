import StimulatorCore

/// Whether the set-point converter holds what was written, and when the transfer that told it was complete.
public struct MCP4725Answer: BitwiseCopyable, Hashable, Sendable {
    public var isVerified: Bool
    public var completedAt: Instant
    @inlinable public init(isVerified: Bool, completedAt: Instant) {
        self.isVerified = isVerified
        self.completedAt = completedAt
    }
}

/// The MCP4725, a 12-bit digital-to-analogue converter: the charger's set-point.
///
/// Fast write, two bytes: `00 PD1 PD0 D11 ... D8`, `D7 ... D0`; the power-down modes (PD not 00) pull the output to ground, which is
/// the safe state. A read gives the status (7 ready, 6 power-on reset, 2 ... 1 power-down), then `D11 ... D4`, `D3 ... D0 0000`.
/// After power-up the part loads its EEPROM, which the board keeps at 0. Source: the part's data sheet.
public struct MCP4725: BitwiseCopyable, Hashable, Sendable {
    /// 0x60 ... 0x67.
    public var address: UInt8
    @inlinable public init(address: UInt8) { self.address = address }

    /// The code for a set-point: the largest that does not ask for more; 0 ... 4095.
    /// - Parameter fullScale: the set-point of code 4096, above zero.
    @inlinable public static func code(for setPoint: Millivolts, fullScale: Millivolts) -> UInt16 {
        guard setPoint > .zero, fullScale > .zero else { return 0 }
        return UInt16(clamping: min(4095, Int64(setPoint.raw) * 4096 / Int64(fullScale.raw)))
    }

    /// Sets the output.
    /// - Parameter code: 0 ... 4095; above, 4095.
    /// - Returns: when the transfer was complete. Success is an acknowledgement, not a voltage: `verify`.
    @inlinable public func set<Bus: I2CBus & ~Copyable>(
        _ code: UInt16, on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> Instant {
        let code = min(code, 4095)
        return try bus.write(UInt8(code >> 8), UInt8(code & 0xFF), address: address, at: now)
    }

    /// Pulls the output to ground (1 kOhm), with code 0 behind it: the safe state.
    @inlinable public func powerDown<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> Instant { try bus.write(0x10, 0, address: address, at: now) }

    /// True when the part is ready, not powered down, and holds `code`.
    @inlinable public func verify<Bus: I2CBus & ~Copyable>(
        _ code: UInt16, on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> MCP4725Answer {
        let triple = try bus.readThree(address: address, at: now)
        let isReady = triple.value & 0x80_0000 != 0 && triple.value & 0x06_0000 == 0
        let isSame = triple.value & 0xFFFF == UInt32(min(code, 4095)) << 4
        return MCP4725Answer(isVerified: isReady && isSame, completedAt: triple.completedAt)
    }
}
