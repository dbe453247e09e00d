using Tidemark.Reading;

namespace Tidemark.Storage.InMemory;

/// <summary>A queue that somebody has paused or resumed.</summary>
internal sealed class QueueRow
{
    public bool Paused { get; set; }
    public string? Reason { get; set; }
    public List<AuditReading> Audit { get; } = [];
}
