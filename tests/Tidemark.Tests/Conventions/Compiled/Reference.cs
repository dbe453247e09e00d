namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>A type naming another; where, told only when asked, for few are breaches and the symbols are slow to read.</summary>
internal sealed record Reference(string Type, Func<string> Where);
