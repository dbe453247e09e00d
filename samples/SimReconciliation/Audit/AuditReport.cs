namespace SimReconciliation.Audit;

/// <summary>What an audit found. The lists hold what is wrong; all empty means exact.</summary>
internal sealed class AuditReport
{
    public int Sims { get; init; }

    public int Malformed { get; init; }

    /// <summary>SIMs of the carrier that the inventory has.</summary>
    public int Present { get; set; }

    /// <summary>Malformed records found in quarantine, as they should be; null when the quarantine was not given.</summary>
    public int? MalformedSetAside { get; set; }

    /// <summary>Writes made again by a later attempt.</summary>
    public long Redone { get; set; }

    /// <summary>Writes made again within one attempt.</summary>
    public long Retried { get; set; }

    public List<string> Missing { get; } = [];

    public List<string> Different { get; } = [];

    public List<string> Unexpected { get; } = [];

    public List<string> WronglyConfirmed { get; } = [];

    public List<string> NotSetAside { get; } = [];

    public List<string> WronglySetAside { get; } = [];

    public bool IsExact => Findings.All(finding => finding.Items.Count == 0);

    public IEnumerable<(string Name, List<string> Items)> Findings =>
    [
        ("missing in the inventory", Missing),
        ("different", Different),
        ("unexpected in the inventory", Unexpected),
        ("confirmed wrongly", WronglyConfirmed),
        ("malformed, but not in quarantine", NotSetAside),
        ("in quarantine, but not malformed", WronglySetAside),
    ];
}
