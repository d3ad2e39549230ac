/// Where the simulated board's chips answer on its bus.
public enum SimulatedAddresses {
    @inlinable public static var adc: UInt8 { 0x48 }
    @inlinable public static var coilSensorA: UInt8 { 0x4A }
    @inlinable public static var coilSensorB: UInt8 { 0x4B }
    @inlinable public static var setPointDAC: UInt8 { 0x60 }
}
