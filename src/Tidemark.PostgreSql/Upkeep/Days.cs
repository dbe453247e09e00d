using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>
/// Keeps the history's days. To make or drop one needs the table alone for a moment, and whoever reads it for hours, as a dump does, keeps them from it: to wait for that would hold up every
/// outcome behind. So it is tried for a moment, again at the next turn, and with more patience only once tomorrow itself is missing. What ends on a day that is not there lies in the default partition.
/// </summary>
internal sealed class Days(StoreThreads writer)
{
    static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Long = TimeSpan.FromSeconds(3); // for outcomes under way that hold the table with their own effects
    static readonly TimeSpan BetweenLong = TimeSpan.FromHours(1); // who reads for hours reads on, and each such wait holds up every outcome
    static readonly Sql NoTomorrowSql = Sql.Load("Upkeep/NoTomorrow");

    long? waitedLong; // when last, in milliseconds

    /// <param name="emptiedBefore">How old a day must be to be dropped once it is empty; null: none is.</param>
    public async ValueTask KeepAsync(TimeSpan? emptiedBefore)
    {
        if (!await writer.RunAsync(new DaysOperation(emptiedBefore: null, Brief)) && MayWaitLong() && await IsUrgentAsync())
        {
            waitedLong = Environment.TickCount64;
            await writer.RunAsync(new DaysOperation(emptiedBefore: null, Long));
        }
        if (emptiedBefore is not null) await writer.RunAsync(new DaysOperation(emptiedBefore, Brief));
    }

    bool MayWaitLong() => waitedLong is not { } last || Environment.TickCount64 - last > BetweenLong.TotalMilliseconds;

    ValueTask<bool> IsUrgentAsync() => writer.RunAsync(new WriteDelegate<bool>(transaction => transaction.Prepare(NoTomorrowSql).First(row => row.Flag(0))));
}
