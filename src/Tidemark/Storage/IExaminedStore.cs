namespace Tidemark.Storage;

/// <summary>A store that an operator asks about itself, beside what it does for its stages.</summary>
internal interface IExaminedStore : IJobStore
{
    /// <summary>Why nothing can be written, found out by a write that changes nothing; null: it was taken, or this reader may not write anyway.</summary>
    ValueTask<string?> ProbeAsync();

    /// <summary>What about the store, its server or its settings costs safety or speed. Empty if all is well.</summary>
    ValueTask<StoreFinding[]> ExamineAsync();
}

/// <summary>One thing that an operator should know of.</summary>
/// <param name="Finding">In two or three words.</param>
/// <param name="Why">What was found, with the value at hand.</param>
/// <param name="Remedy">What mends it.</param>
internal sealed record StoreFinding(string Finding, string Why, string Remedy);
