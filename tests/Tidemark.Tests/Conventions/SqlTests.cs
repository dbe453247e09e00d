using System.Text.RegularExpressions;
using Tidemark.Tests.Conventions.Compiled;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>
/// SQL lives in .sql files, one statement a method, so that two dialects can be compared by file name. What steers a connection (PRAGMA, BEGIN,
/// COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ATTACH, VACUUM) reads and writes no row and may stand in the code.
/// </summary>
public sealed partial class SqlTests
{
    static readonly Excuse[] Literals =
    [
    ];

    [Fact]
    public void No_statement_is_written_in_code() => Breaches.None(
        from assembly in CompiledAssembly.Shipped
        from method in assembly.Methods
        from text in method.Texts()
        where IsSql(text.Text) && !Literals.Any(excuse => excuse.Covers(method.Name, ""))
        select $"{method.Place(text.Offset)}: {method.Name} holds \"{text.Text.Trim()}\"",
        "move the statement to Sql/<stage>/<Method>.sql of its store, or add a row with its reason to SqlTests.Literals.");

    [Fact]
    public void A_statement_is_found_in_text_in_pieces_and_in_bytes()
    {
        var control = CompiledAssembly.Load("Tidemark.Tests").Types.Single(type => type.FullName == typeof(Controls.SqlInCode).FullName);
        Assert.Equal(["Bytes", "Constant", "Pieces", "Plain"],
            control.Methods.Where(method => method.Texts().Any(text => IsSql(text.Text))).Select(method => method.RawName).Order());
    }

    static bool IsSql(string text) => Statement().IsMatch(text);

    // A verb in capitals at the start, or two words that only SQL puts together: a sentence that begins "Delete the file" is none.
    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|CREATE|ALTER|DROP)\s|(?i:\binsert\s+(or\s+\w+\s+)?into\s+\w|\bdelete\s+from\s+\w+\s+where|\bselect\s.+\sfrom\s|\bupdate\s+\w+\s+set\s)")]
    private static partial Regex Statement();
}
