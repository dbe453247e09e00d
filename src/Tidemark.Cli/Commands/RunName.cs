using System.Security.Cryptography;
using System.Text;
using Tidemark.Cli.Input;

namespace Tidemark.Cli.Commands;

/// <summary>The name of a run that was given none: the same command on the same input has the same name, and so resumes.</summary>
internal static class RunName
{
    const int LongestWord = 40;

    /// <summary>The program's name and eight digits that stand for the whole command and the input's full path.</summary>
    internal static string Derive(IReadOnlyList<string> command, string input)
    {
        var place = input == InputFile.StandardInput ? input : Path.GetFullPath(input);
        var all = string.Join('\0', command.Append(place));
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, 4));
        var word = string.Concat(Path.GetFileName(command[0]).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? letter : '-'));
        word = word.Trim('-');
        if (word.Length == 0) word = "run";
        return $"{word[..Math.Min(word.Length, LongestWord)]}-{digits}";
    }
}
