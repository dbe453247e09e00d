namespace Tidemark;

/// <summary>
/// Takes alerts to where people see them: a pager, a chat, a table. Added by <see cref="TidemarkBuilder.AddAlertSink{TSink}"/>, called by each process that
/// runs a worker.
/// </summary>
public interface IAlertSink
{
    /// <summary>
    /// Takes one alert. A sink is called for one at a time, in their order, and never in the engine's way: what it throws is logged and not tried again, and
    /// one that takes longer than <see cref="TidemarkOptions.AlertTimeout"/> is cancelled and gets no other before it has returned.
    /// </summary>
    /// <param name="alert">What has begun, or is over.</param>
    /// <param name="cancellationToken">Cancelled when the time is over, or the process ends.</param>
    ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken);
}
