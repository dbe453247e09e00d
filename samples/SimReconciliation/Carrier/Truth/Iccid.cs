namespace SimReconciliation.Carrier;

/// <summary>The number of a SIM card: telecom (89), country, issuer, account, and Luhn's check digit.</summary>
internal static class Iccid
{
    public const int Length = 19;
    private const string Issuer = "8997702";
    private const int AccountDigits = 11;

    public static string Of(long account)
    {
        var body = Issuer + account.ToString("D11");
        return body + CheckDigit(body);
    }

    /// <summary>True when the text is 19 digits and the last one is the right check digit.</summary>
    public static bool IsValid(string text) =>
        text.Length == Length && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && text[^1] == CheckDigit(text.AsSpan(0, Length - 1));

    /// <summary>The account number in a valid ICCID of this issuer.</summary>
    public static bool TryGetAccount(string text, out long account)
    {
        account = 0;
        return IsValid(text)
            && text.StartsWith(Issuer, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(Issuer.Length, AccountDigits), out account);
    }

    private static char CheckDigit(ReadOnlySpan<char> body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var digit = body[^(i + 1)] - '0';
            if (i % 2 == 0 && (digit *= 2) > 9)
                digit -= 9;
            sum += digit;
        }

        return (char)('0' + (10 - sum % 10) % 10);
    }
}
