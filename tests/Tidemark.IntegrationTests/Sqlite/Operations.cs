using Tidemark.Sqlite.Writing;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>One statement: SQLite itself undoes it.</summary>
internal sealed class InsertNumber(long number) : WriteOperation<long>
{
    private const string Sql = "INSERT INTO numbers (n) VALUES (?)";

    public override bool CanFailHalfWay => false;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare(Sql).Bind(1, number).Run();
        Answer = number;
    }
}

/// <summary>Several statements; says of itself whether it can fail half-way, truly or not.</summary>
internal sealed class InsertNumbers(long[] numbers, bool admitsHalfWay = true) : WriteOperation<int>
{
    private const string Sql = "INSERT INTO numbers (n) VALUES (?)";

    public override int Rows => numbers.Length;
    public override bool CanFailHalfWay => admitsHalfWay;

    public override void Execute(WriteTransaction transaction)
    {
        var insert = transaction.Prepare(Sql);
        foreach (var number in numbers) insert.Bind(1, number).Run();
        Answer = numbers.Length;
    }
}

/// <summary>Wants ADO's transaction.</summary>
internal sealed class LendsToUserCode : WriteOperation<bool>
{
    public override bool CanFailHalfWay => true;
    public override bool NeedsDbTransaction => true;

    public override void Execute(WriteTransaction transaction) => Answer = transaction.DbTransaction is not null;
}
