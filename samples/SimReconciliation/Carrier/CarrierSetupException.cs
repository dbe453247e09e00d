namespace SimReconciliation.Carrier;

/// <summary>The carrier cannot start as it was asked to: options out of range, or a log that is in use or of another carrier.</summary>
internal sealed class CarrierSetupException(string message, Exception? inner = null) : Exception(message, inner);
