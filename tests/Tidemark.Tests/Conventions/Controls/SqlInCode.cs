namespace Tidemark.Tests.Conventions.Controls;

/// <summary>Statements where none may be, and what must not be taken for one. Never run.</summary>
internal static class SqlInCode
{
    const string Table = "job";

    public static string Plain() => "SELECT 1";
    public static string Constant() => $"update {Table} set state = 1";
    public static string Pieces(string table) => $"INSERT INTO {table} VALUES (1)";
    public static ReadOnlySpan<byte> Bytes() => "delete from job where id = 1"u8;

    public static string Steering() => "BEGIN IMMEDIATE";
    public static string Sentence() => "Update the file or delete it from the folder; select another one.";
}
