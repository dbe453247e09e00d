using System.Runtime.InteropServices;
using Tidemark.Cli.Signals;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Signals;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGINT, PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGINT, PosixSignal.SIGTERM, 143)]
    public void The_first_drains_the_second_aborts_the_third_is_the_systems(PosixSignal first, PosixSignal second, int exitCode)
    {
        var clock = new HandClock();
        using var signals = new StopSignals(clock);

        Assert.True(signals.Receive(first));
        Assert.True(signals.Drain.IsCancellationRequested);
        Assert.False(signals.Abort.IsCancellationRequested);
        Assert.Equal(first.ToString(), signals.Cause);

        signals.Announced();
        clock.Ticks += TimeSpan.FromMilliseconds(20).Ticks;
        Assert.True(signals.Receive(second));
        Assert.True(signals.Abort.IsCancellationRequested);
        Assert.Equal(exitCode, signals.AbortExitCode);

        Assert.False(signals.Receive(second));
    }

    [Fact]
    public void The_echo_of_the_first_signal_is_no_second_one()
    {
        var clock = new HandClock();
        using var signals = new StopSignals(clock);

        signals.Receive(PosixSignal.SIGTERM);
        clock.Ticks += TimeSpan.FromMilliseconds(2).Ticks;

        Assert.True(signals.Receive(PosixSignal.SIGTERM));
        Assert.False(signals.Abort.IsCancellationRequested);
        Assert.True(signals.Receive(PosixSignal.SIGINT));
        Assert.Equal(130, signals.AbortExitCode);
    }

    sealed class HandClock : TimeProvider
    {
        internal long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }

    [Fact]
    public void A_terminal_that_goes_away_drains_and_never_aborts()
    {
        using var signals = new StopSignals(new HandClock());

        Assert.True(signals.Receive(PosixSignal.SIGHUP));
        Assert.True(signals.Receive(PosixSignal.SIGHUP));

        Assert.True(signals.Drain.IsCancellationRequested);
        Assert.False(signals.Abort.IsCancellationRequested);
    }
}
