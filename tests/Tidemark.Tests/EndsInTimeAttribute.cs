using System.Collections.Concurrent;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace Tidemark.Tests;

/// <summary>
/// Cancels the token of a test that takes longer than any should: what waits for something that a defect keeps from coming fails then, and the suite goes on.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class EndsInTimeAttribute(int seconds) : BeforeAfterTestAttribute
{
    readonly ConcurrentDictionary<string, Timer> running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        running[test.UniqueID] = new(_ => context.CancelCurrentTest(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (running.TryRemove(test.UniqueID, out var timer)) timer.Dispose();
    }
}
