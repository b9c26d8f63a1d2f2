using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Dashboard.Access;

/// <summary>The token in the login URL that is printed at start: 256 random bits, new at every start, kept nowhere, good for an hour.</summary>
public sealed class StartToken(TimeProvider time)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);
    private readonly DateTimeOffset _until = time.GetUtcNow() + Lasts;

    public string Value { get; } = Base32.Encode(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether this is the token and its hour is not over; compares in constant time.</summary>
    public bool Is(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Value)) && time.GetUtcNow() < _until;
}
