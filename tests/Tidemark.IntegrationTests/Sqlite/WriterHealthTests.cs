using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class WriterHealthTests
{
    [Fact]
    public void Damage_that_is_found_at_the_moment_another_trouble_is_told_stays()
    {
        var time = new Watched();
        var health = new WriterHealth(time);
        var finder = new Thread(() => health.Failed(SqliteFault.Corrupt, "damaged"));
        time.Asked = () =>
        {
            time.Asked = null;
            finder.Start();
            SpinWait.SpinUntil(() => !finder.IsAlive || finder.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30));
        };
        health.Failed(SqliteFault.GateHeld, "held");
        finder.Join();
        Assert.Equal(SqliteFault.Corrupt, health.Trouble?.Fault);
        health.Succeeded();
        Assert.Equal(SqliteFault.Corrupt, health.Trouble?.Fault);
    }

    [Fact]
    public void What_is_over_by_the_time_it_is_told_is_no_trouble()
    {
        var health = new WriterHealth(TimeProvider.System);
        Assert.False(health.Failed(SqliteFault.GateHeld, "held", still: () => false));
        Assert.Null(health.Trouble);
        Assert.True(health.Failed(SqliteFault.GateHeld, "held", still: () => true));
        Assert.NotNull(health.Trouble);
    }

    /// <summary>Says when it is asked for the time, which is in the middle of <see cref="WriterHealth.Failed"/>.</summary>
    sealed class Watched : TimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Asked?.Invoke();
            return base.GetTimestamp();
        }
    }
}
