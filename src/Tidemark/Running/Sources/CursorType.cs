using System.Runtime.CompilerServices;

namespace Tidemark.Running;

/// <summary>What a cursor's type must be able to say, checked where a source is made: a wrong one would lose items in silence.</summary>
internal static class CursorType
{
    public static void Check<TCursor>(string call, string lambda, string parameter)
    {
        var type = Nullable.GetUnderlyingType(typeof(TCursor)) ?? typeof(TCursor);
        if (default(TCursor) is not null)
            throw new ArgumentException($"{call} has the cursor type {type.Name}, which has no null to mean the beginning. Write {lambda.Replace("CURSOR", $"{type.Name}?", StringComparison.Ordinal)}.", parameter);

        // JSON writes the fields of a ValueTuple as {}: each resume would start from nowhere.
        if (type.IsValueType && typeof(ITuple).IsAssignableFrom(type))
            throw new ArgumentException($"{call} has the cursor type {type}, a tuple, which JSON cannot keep. Use a record in its place.", parameter);
    }
}
