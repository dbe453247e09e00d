namespace Tidemark.Scheduling;

/// <summary>A schedule as this process declares it.</summary>
internal sealed record ScheduleDeclaration(string Name, ScheduleTerms Terms, byte[] Arguments);

/// <summary>
/// What a declaration does to what is kept: nothing, if it says what is kept already, however often it is repeated. Pure. A changed rule keeps the anchor
/// unless it says otherwise, and never runs what lies before the change; an occurrence that the former rule still owed is run by its terms first.
/// </summary>
internal static class Declaring
{
    public static ScheduleChange? Of(ScheduleDeclaration declared, string owner, string by, ScheduleReading? kept, DateTimeOffset now)
    {
        if (kept is null) return New(declared, owner, now);
        if (kept.Row.Owner == owner && kept.Row.Rest != ScheduleRest.Orphaned && kept.Row.Terms == ScheduleEntry.Text(declared.Terms) && kept.Row.Arguments.AsSpan().SequenceEqual(declared.Arguments)) return null;
        return Read(kept) is { } entry ? Changed(declared, owner, by, kept, entry, now) : null;
    }

    /// <summary>The code that declared it does so no longer: it rests, and is shown.</summary>
    public static ScheduleChange? Orphaned(ScheduleReading kept, string by, DateTimeOffset now)
    {
        if (kept.Row.Rest == ScheduleRest.Orphaned || Read(kept) is not { } entry) return null;
        return Planner.Change(entry, Planner.Settled(entry with { State = entry.State with { OrphanedAt = now } }, now)) with { Audit = new(by, "Orphan", "its code declares it no longer") };
    }

    static ScheduleChange New(ScheduleDeclaration declared, string owner, DateTimeOffset now)
    {
        var entry = new ScheduleEntry
        {
            Name = declared.Name, Owner = owner, Version = 0, Terms = declared.Terms, Arguments = declared.Arguments, LastJob = null,
            State = new() { DeclaredAt = now, Anchor = now, Cursor = now },
        };
        return Planner.Change(entry, Planner.Settled(entry, now));
    }

    // Null: a newer release has written what this one cannot read. It is left as it is, and shown as at fault by whoever cannot read it.
    static ScheduleEntry? Read(ScheduleReading kept)
    {
        try
        {
            return ScheduleEntry.Of(kept);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    static ScheduleChange Changed(ScheduleDeclaration declared, string owner, string by, ScheduleReading kept, ScheduleEntry entry, DateTimeOffset now)
    {
        var terms = declared.Terms;
        var state = entry.State;
        ScheduledJob[] owed = [];
        var isRuleNew = terms.Rule != entry.Terms.Rule;
        if (isRuleNew && kept.Row.Rest == ScheduleRest.None) (state, owed) = Owed(entry, now);
        if (isRuleNew) state = state with { Cursor = state.Cursor > now ? state.Cursor : now, Anchor = terms.OnChange == RuleChange.MoveAnchor ? now : state.Anchor };
        state = state with { OrphanedAt = null };
        var moved = entry with { Owner = owner, Terms = terms, Arguments = declared.Arguments, State = state };
        var row = Planner.Settled(moved, now, startedNow: owed.Length > 0);
        if (isRuleNew && row is { Rest: ScheduleRest.Ended, Fault: null }) row = row with { Fault = "its rule was changed, and has no occurrence after that" };
        return Planner.Change(entry, row) with { Jobs = owed, Audit = isRuleNew ? new(by, "ChangeRule", $"{entry.Terms.Rule} → {terms.Rule}") : entry.State.OrphanedAt is null ? null : new(by, "Adopt", null) };
    }

    static (ScheduleState State, ScheduledJob[] Jobs) Owed(ScheduleEntry entry, DateTimeOffset now)
    {
        try
        {
            var plan = Planner.Of(entry, now).Change;
            return (ScheduleEntry.Of(new() { Row = plan.Row, Version = entry.Version, LastJob = entry.LastJob }).State, plan.Jobs);
        }
        catch (FormatException)
        {
            return (entry.State, []); // a rule that cannot be read any more owes nothing that could be known
        }
    }
}
