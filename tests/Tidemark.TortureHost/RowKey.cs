namespace Tidemark.TortureHost;

/// <summary>Names a row for ever: which writer, in which of its lives, its how-manieth.</summary>
internal static class RowKey
{
    public static long Of(int writer, int life, int number) => ((long)writer << 56) | ((long)life << 32) | (uint)number;

    public static int Writer(long key) => (int)(key >> 56);

    public static int Life(long key) => (int)(key >> 32) & 0xFFFFFF;

    public static string Text(long key) => $"{Writer(key)}/{Life(key)}/{(int)key}";

    /// <summary>A body that can be told to belong to its key; of varying length, so that rows do not fit where others were.</summary>
    public static byte[] Body(long key)
    {
        var random = new Random((int)(key ^ (key >> 32)));
        var body = new byte[20 + random.Next(200)];
        random.NextBytes(body);
        return body;
    }
}
