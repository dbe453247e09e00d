using Tidemark.Reading;
using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class SchedulingContract : Contract
{
    static readonly OccurrenceKind[] Kinds = Enum.GetValues<OccurrenceKind>();

    [Fact]
    public async Task A_schedule_is_read_as_it_was_written()
    {
        var now = await NowAsync();
        var row = Row("nightly", now.AddHours(1)) with { Rest = ScheduleRest.Ended, Fault = "no zone", DecidedUntil = now.AddMinutes(1) };
        Same.As(Done(), await ChangeAsync(row));
        ScheduleReading expected = new() { Row = row, Version = 1, LastJob = null };
        Same.As(expected, (await GetAsync("nightly")).Schedule);
        Same.As(new SchedulePage { Schedules = [expected], Next = null, Now = now }, await Store.ListSchedulesAsync(new()));
        Same.As(new DueSchedules { Schedules = [], NextWakeAt = now.AddHours(1), Now = now }, await Store.ReadDueSchedulesAsync(10));
        Assert.Null(await Store.GetScheduleAsync("weekly"));
    }

    [Fact]
    public async Task A_change_is_made_once_by_whoever_read_the_newest_version()
    {
        Same.As(Moved(), await ChangeAsync(Row("nightly"), expected: 1));
        Same.As(Done(), await ChangeAsync(Row("nightly")));
        Same.As(Moved(), await ChangeAsync(Row("nightly") with { State = "{\"fired\":1}" }));
        var changed = new ScheduleRow { Name = "nightly", Owner = "other", Terms = "{\"rule\":1}", Arguments = Given.Json("[1]"), State = "{\"fired\":2}", WakeAt = (await NowAsync()).AddMinutes(3), Rest = ScheduleRest.Paused, Fault = "why", DecidedUntil = await NowAsync() };
        Same.As(Done(), await ChangeAsync(changed, expected: 1));
        Same.As(Moved(), await ChangeAsync(Row("nightly"), expected: 1));
        Same.As(new ScheduleReading { Row = changed, Version = 2, LastJob = null }, (await GetAsync("nightly")).Schedule);
    }

    [Fact]
    public async Task Each_change_of_a_call_is_judged_for_itself()
    {
        await ChangeAsync(Row("b"));
        var replies = await Store.ChangeSchedulesAsync([
            new() { Expected = 0, Row = Row("c"), Jobs = [Job(await NowAsync())] },
            new() { Expected = 7, Row = Row("b") with { State = "{\"lost\":1}" }, Jobs = [Job(await NowAsync())], Audit = new("ada", "Pause", null), ForgetBefore = DateTimeOffset.MaxValue.AddYears(-1) },
            new() { Expected = 0, Row = Row("a") },
        ]);
        Assert.Equal([ScheduleVerdict.Done, ScheduleVerdict.Moved, ScheduleVerdict.Done], replies.Select(reply => reply.Verdict));
        Assert.Equal([1, 0, 0], replies.Select(reply => reply.Jobs.Length));
        Assert.Equal(["a", "b", "c"], (await Store.ListSchedulesAsync(new())).Schedules.Select(kept => kept.Row.Name));
        Same.As(Row("b"), (await GetAsync("b")).Schedule.Row);
        Assert.Empty((await GetAsync("b")).Audit);
        Assert.Single((await Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task The_jobs_of_its_occurrences_come_with_a_change_and_never_twice()
    {
        var now = await NowAsync();
        var (first, second, third) = (Job(now.AddMinutes(-2), OccurrenceKind.CatchUp), Job(now.AddMinutes(-1)), Job(now, OccurrenceKind.Trigger));
        ScheduleReply reply = null!;
        await HintedAsync(async () => reply = await ChangeAsync(Row("nightly"), jobs: [first, second]));
        var ids = Assert.Single([reply]).Jobs;
        Assert.Equal((await Store.ListJobsAsync(new())).Jobs.Select(job => (JobId?)job.Id).Reverse(), ids);
        await PassAsync(30);
        var again = await ChangeAsync(Row("nightly"), expected: 1, jobs: [second, third]);
        Assert.Equal((ScheduleVerdict.Done, null), (again.Verdict, again.Jobs[0]));
        var last = Assert.IsType<JobId>(again.Jobs[1]);
        Same.As<OccurrenceReading[]>(
            [new(third.At, third.Kind, last, now.AddSeconds(30)), new(second.At, second.Kind, ids[1]!.Value, now), new(first.At, first.Kind, ids[0]!.Value, now)],
            await OccurrencesAsync("nightly"));
        Assert.Equal(last, (await GetAsync("nightly")).Schedule.LastJob!.Id);
        var details = await DetailsAsync(ids[0]!.Value);
        Same.As((first.Job.Name, first.Job.Queue, 7, ",a,", now), (details.Job.Name, details.Job.Queue, details.Job.Priority, details.Job.Tags!, details.Job.DueAt!.Value));
        Same.As(Given.Json("{\"day\":1}"), details.Arguments);
    }

    [Fact]
    public async Task A_change_without_jobs_keeps_the_last_one_and_its_state_is_told()
    {
        var now = await NowAsync();
        var id = (await ChangeAsync(Row("nightly"), jobs: Job(now))).Jobs[0]!.Value;
        await ChangeAsync(Row("nightly"), expected: 1);
        Same.As(new LastJob { Id = id, State = JobState.Pending, Attempt = 0, DueAt = now, StartedAt = null, FinishedAt = null }, await LastAsync());
        await PassAsync(1);
        var held = await TakeAsync(await RegisterAsync());
        Same.As(new LastJob { Id = id, State = JobState.Running, Attempt = 1, DueAt = now, StartedAt = now.AddSeconds(1), FinishedAt = null }, await LastAsync());
        await PassAsync(1);
        await held.SettleAsync(Lifecycle.JobEvent.Succeed);
        var done = await LastAsync();
        Assert.Equal((JobState.Succeeded, 1, now.AddSeconds(2), false), (done.State, done.Attempt, done.FinishedAt, done.IsOpen));
        await PassAsync(TimeSpan.FromDays(3));
        await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 });
        Same.As(new LastJob { Id = id, State = null, Attempt = 0, DueAt = null, StartedAt = null, FinishedAt = null }, await LastAsync());
    }

    [Fact]
    public async Task What_is_due_comes_with_the_longest_due_first()
    {
        var now = await NowAsync();
        await ChangeAsync(Row("c", now));
        await ChangeAsync(Row("a", now));
        await ChangeAsync(Row("b", now.AddMinutes(-1)));
        await ChangeAsync(Row("at rest", null));
        await ChangeAsync(Row("later", now.AddMilliseconds(1)));
        var due = await Store.ReadDueSchedulesAsync(2);
        Assert.Equal(["b", "a"], due.Schedules.Select(kept => kept.Row.Name));
        Assert.Equal((now.AddMinutes(-1), now), (due.NextWakeAt!.Value, due.Now));
        Assert.Equal(["b", "a", "c"], (await Store.ReadDueSchedulesAsync(10)).Schedules.Select(kept => kept.Row.Name));
        foreach (var name in (string[])["a", "b", "c", "later"]) await ChangeAsync(Row(name, null), expected: 1);
        Assert.Null((await Store.ReadDueSchedulesAsync(10)).NextWakeAt);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ReadDueSchedulesAsync(1_001));
    }

    [Fact]
    public async Task Pages_go_by_name_and_owner_and_names()
    {
        foreach (var name in (string[])["a", "B", "c", "é", "d"]) await ChangeAsync(Row(name) with { Owner = name == "c" ? "other" : "app" });
        var names = new List<string>();
        SchedulePage? page = null;
        do
        {
            page = await Store.ListSchedulesAsync(new() { Owner = "app", After = page?.Next, Limit = 2 });
            names.AddRange(page.Schedules.Select(kept => kept.Row.Name));
        }
        while (page.Next is not null && names.Count < 10);
        Assert.Equal(["B", "a", "d", "é"], names);
        Assert.Equal(["a", "c"], (await Store.ListSchedulesAsync(new() { Names = ["c", "a", "nobody"] })).Schedules.Select(kept => kept.Row.Name));
        Assert.Empty((await Store.ListSchedulesAsync(new() { Names = [] })).Schedules);
    }

    [Fact]
    public async Task What_needs_attention_is_found()
    {
        var now = await NowAsync();
        await ChangeAsync(Row("well", now));
        await ChangeAsync(Row("ended", null) with { Rest = ScheduleRest.Ended });
        await ChangeAsync(Row("fault", now.AddDays(1)) with { Fault = "no zone" });
        await ChangeAsync(Row("orphaned", null) with { Rest = ScheduleRest.Orphaned });
        await ChangeAsync(Row("overdue", now.AddMilliseconds(-1)));
        await ChangeAsync(Row("paused", null) with { Rest = ScheduleRest.Paused });
        Assert.Equal(["fault", "orphaned", "overdue", "paused"], await TroubledAsync(now));
        await ChangeAsync(Row("ahead", now.AddDays(30)) with { DecidedUntil = now.AddDays(29) });
        await ChangeAsync(Row("decided", now.AddDays(1)) with { DecidedUntil = now });
        Assert.Equal(["ahead", "fault", "orphaned", "overdue", "paused"], (await Store.ListSchedulesAsync(new() { TroubledBefore = now, DecidedBeyond = now })).Schedules.Select(kept => kept.Row.Name));
        await ChangeAsync(Row("unstarted", now.AddDays(1)), jobs: Job(now));
        await PassAsync(1);
        Assert.DoesNotContain("unstarted", await TroubledAsync(now));
        Assert.Contains("unstarted", await TroubledAsync(now.AddMilliseconds(1)));
        await TakeAsync(await RegisterAsync());
        Assert.DoesNotContain("unstarted", await TroubledAsync(now.AddMilliseconds(1)));
    }

    [Fact]
    public async Task Who_did_what_is_kept_and_old_occurrences_are_forgotten()
    {
        var now = await NowAsync();
        var jobs = Kinds.Select((kind, day) => Job(now.AddDays(day), kind)).ToArray();
        await ChangeAsync(Row("nightly"), jobs: jobs);
        await ChangeAsync(Row("other"), jobs: Job(now));
        await Store.ChangeSchedulesAsync([new() { Expected = 1, Row = Row("nightly"), Audit = new("ada", "Pause", "holidays") }]);
        await PassAsync(1);
        await Store.ChangeSchedulesAsync([new() { Expected = 2, Row = Row("nightly"), Audit = new("bob", "Resume", null), ForgetBefore = now.AddDays(1) }]);
        Same.As<AuditReading[]>([new(now, "ada", "Pause", "holidays"), new(now.AddSeconds(1), "bob", "Resume", null)], (await GetAsync("nightly")).Audit);
        Assert.Equal(now.AddSeconds(1), (await GetAsync("nightly")).Now);
        Assert.Equal([now.AddDays(2), now.AddDays(1)], (await OccurrencesAsync("nightly")).Select(one => one.At));
        Assert.Equal([now.AddDays(1)], (await Store.ListOccurrencesAsync(new() { Schedule = "nightly", To = now.AddDays(1) })).Select(one => one.At));
        Assert.Equal([now.AddDays(2)], (await Store.ListOccurrencesAsync(new() { Schedule = "nightly", From = now.AddDays(1).AddMilliseconds(1) })).Select(one => one.At));
        Assert.Equal([now.AddDays(2)], (await Store.ListOccurrencesAsync(new() { Schedule = "nightly", Limit = 1 })).Select(one => one.At));
        Assert.Single(await OccurrencesAsync("other"));
        Assert.Empty(await OccurrencesAsync("nobody's"));
    }

    static ScheduleReply Done() => new(ScheduleVerdict.Done, []);

    static ScheduleReply Moved() => new(ScheduleVerdict.Moved, []);

    static ScheduleRow Row(string name, DateTimeOffset? wakeAt = null) =>
        new() { Name = name, Owner = "app", Terms = "{\"rule\": \"every 1h\"}", Arguments = Given.Json("{ }"), State = "{\"fired\":0}", WakeAt = wakeAt, Rest = ScheduleRest.None, Fault = null };

    static ScheduledJob Job(DateTimeOffset at, OccurrenceKind kind = OccurrenceKind.Regular) =>
        new(at, kind, Given.Job with { Priority = 7, Tags = ",a,", Arguments = Given.Json("{\"day\":1}") });

    async Task<ScheduleReply> ChangeAsync(ScheduleRow row, long expected = 0, params ScheduledJob[] jobs) =>
        Assert.Single(await Store.ChangeSchedulesAsync([new() { Expected = expected, Row = row, Jobs = jobs }]));

    async Task<ScheduleDetails> GetAsync(string name) => Assert.IsType<ScheduleDetails>(await Store.GetScheduleAsync(name));

    async Task<LastJob> LastAsync() => Assert.IsType<LastJob>((await GetAsync("nightly")).Schedule.LastJob);

    async Task<OccurrenceReading[]> OccurrencesAsync(string name) => await Store.ListOccurrencesAsync(new() { Schedule = name });

    async Task<string[]> TroubledAsync(DateTimeOffset before) => [.. (await Store.ListSchedulesAsync(new() { TroubledBefore = before })).Schedules.Select(kept => kept.Row.Name)];
}
