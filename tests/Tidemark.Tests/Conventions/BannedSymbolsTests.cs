using System.Reflection;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>BannedSymbols.txt tells the compiler the simple half of the law; a misspelt line there would ban nothing, in silence.</summary>
public sealed class BannedSymbolsTests
{
    static readonly (string Id, string Line)[] Banned =
        [.. Repository.Lines("BannedSymbols.txt").Where(line => line.Length > 0).Select(line => (line.Split(';')[0], line))];

    [Fact]
    public void Every_line_names_what_exists_and_says_what_to_use() => Breaches.None(
        Banned.Where(ban => !Exists(ban.Id) || ban.Line.Split(';') is not [_, { Length: > 10 }]).Select(ban => $"BannedSymbols.txt: {ban.Line}"),
        "write a documentation id (T:, P:, M: with parameter types) that exists, a semicolon, and the remedy.");

    [Fact]
    public void What_the_compiler_bans_the_scan_knows() => Breaches.None(
        Banned.Where(ban => !ForbiddenCalls.Table.Any(row => Matches(row, ban.Id))).Select(ban => $"BannedSymbols.txt: {ban.Id}"),
        "add a row for it to ForbiddenCalls.Table.");

    [Fact]
    public void A_misspelt_symbol_is_found()
    {
        Assert.NotEmpty(Banned);
        Assert.False(Exists("P:System.DateTime.UtcNau"));
        Assert.False(Exists("M:System.Threading.Thread.Sleep(System.Int64)"));
    }

    static bool Matches(ForbiddenCall row, string id)
    {
        var (type, member, _) = Parse(id);
        var names = row.Members.Split('|');
        return row.Type == type && (row.Members == "*" || names.Contains(member) || names.Contains("get_" + member));
    }

    static bool Exists(string id)
    {
        var (name, member, parameters) = Parse(id);
        var type = new[] { "netstandard", "System.Runtime" }.Select(assembly => Assembly.Load(assembly).GetType(name)).FirstOrDefault(found => found is not null);
        return type is not null && id[0] switch
        {
            'T' => true,
            'P' => type.GetProperty(member) is not null,
            'M' => type.GetMember(member).OfType<MethodBase>().Any(method => method.GetParameters().Select(parameter => parameter.ParameterType.FullName).SequenceEqual(parameters)),
            _ => false,
        };
    }

    static (string Type, string Member, string[] Parameters) Parse(string id)
    {
        var path = id[2..].Split('(')[0].Replace("#ctor", "\0ctor");
        var end = path.LastIndexOf('.');
        string[] parameters = id.Split('(') is [_, var list] ? list.TrimEnd(')').Split(',') : [];
        return id[0] == 'T' ? (path, "", []) : (path[..end], path[(end + 1)..].Replace('\0', '.'), parameters);
    }
}
