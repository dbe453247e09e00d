using Tidemark.Sqlite;
using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

/// <summary>A process that somebody stops while it holds the gate.</summary>
internal static class GateHolder
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        Native.DieWithParent();
        using var file = TortureStore.Open(arguments.Folder, options => options.UserTransactionTimeLimit = TimeSpan.FromMinutes(5));
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        await using (var transaction = await new TidemarkSqlite(writer).BeginAsync())
        {
            Console.WriteLine("held");
            Console.ReadLine();
            await transaction.CommitAsync();
        }

        Console.WriteLine("released");
        return 0;
    }
}
