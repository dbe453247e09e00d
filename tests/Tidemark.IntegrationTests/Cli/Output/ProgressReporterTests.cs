using Tidemark.Cli.Output;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class ProgressReporterTests
{
    [Fact]
    public void A_change_is_shown_at_once_and_all_else_in_its_time()
    {
        var time = new HandTimer();
        var view = new Recorder();
        var run = Snapshots.Running;
        using var reporter = new ProgressReporter(() => run, view, time);

        reporter.Hint();
        reporter.Hint();
        time.Tick();
        run = run with { Phase = RunPhase.Stopping };
        reporter.Hint();
        time.Tick();

        Assert.Equal(["change Running", "show Running", "change Stopping", "show Stopping"], view.Seen);
    }

    [Fact]
    public void Nothing_is_shown_after_the_end()
    {
        var time = new HandTimer();
        var view = new Recorder();
        using var reporter = new ProgressReporter(() => Snapshots.Running, view, time);

        reporter.End(75, _ => "bye");
        time.Tick();
        reporter.Hint();
        reporter.Say("one word more");
        reporter.End(0, _ => "again");

        Assert.Equal(["end 75 bye"], view.Seen);
    }

    [Fact]
    public void A_look_that_fails_on_the_timer_is_left_out_and_the_next_one_shows()
    {
        var time = new HandTimer();
        var view = new Recorder();
        var isAway = true;
        using var reporter = new ProgressReporter(() => isAway ? throw new StoreException("away") : Snapshots.Running, view, time);

        time.Tick();
        isAway = false;
        time.Tick();

        Assert.Equal(["change Running"], view.Seen);
    }

    [Fact]
    public void A_timer_that_fires_after_its_reporter_was_disposed_of_looks_at_nothing()
    {
        var time = new HandTimer();
        var view = new Recorder();
        using (new ProgressReporter(() => Snapshots.Running, view, time)) time.Tick();

        time.Tick();

        Assert.Equal(["change Running"], view.Seen);
    }

    /// <summary>A clock whose timers fire by hand.</summary>
    sealed class HandTimer : TimeProvider
    {
        TimerCallback? _fire;

        internal void Tick() => _fire?.Invoke(null);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = callback;
            return new Timer();
        }

        sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    sealed class Recorder : IProgressView
    {
        internal List<string> Seen { get; } = [];

        public TimeSpan Every => TimeSpan.FromSeconds(1);

        public void Show(RunSnapshot run) => Seen.Add($"show {run.Phase}");

        public void ShowChange(RunSnapshot run) => Seen.Add($"change {run.Phase}");

        public void Say(RunSnapshot run, string sentence) => Seen.Add($"say {sentence}");

        public void End(RunSnapshot run, int exitCode, string sentence) => Seen.Add($"end {exitCode} {sentence}");
    }
}
