namespace SimReconciliation.CarrierApi;

/// <summary>The day's quota is used up: nothing will succeed before the reset, so the job is better parked than retried.</summary>
internal sealed class CarrierQuotaException(DateTimeOffset resetsAt, string message) : Exception(message)
{
    public DateTimeOffset ResetsAt { get; } = resetsAt;
}

/// <summary>Too many requests in too short a time: the same request will succeed after the wait.</summary>
internal sealed class CarrierThrottledException(TimeSpan retryAfter, string message) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>
/// The carrier failed, cut the connection or did not answer in time. What was asked may have been done: repeat it with the same key.
/// </summary>
internal sealed class CarrierUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The snapshot cannot be read any more: open another one and go on from the same cursor.</summary>
internal sealed class SnapshotExpiredException(string snapshotId, string message) : Exception(message)
{
    public string SnapshotId { get; } = snapshotId;
}

/// <summary>The carrier refused the request as wrong: repeating it cannot help.</summary>
internal sealed class CarrierRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>A record that no retry can mend: it belongs in quarantine until the carrier corrects it.</summary>
internal sealed class MalformedSimException(string iccid, string why) : Exception($"SIM {iccid} is malformed: {why}")
{
    public string Iccid { get; } = iccid;

    public string Why { get; } = why;
}
