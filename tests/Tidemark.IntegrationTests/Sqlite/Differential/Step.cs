namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>One call to a store, by its verb's name and three free choices: which worker, job, key it means is found when it runs, so that any part of a sequence is a sequence.</summary>
internal readonly record struct Step(string Verb, int A, int B, int C)
{
    public override string ToString() => $"{Verb}({A},{B},{C})";
}
