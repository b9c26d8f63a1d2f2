using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Dashboard.Access;

/// <summary>The token in the login URL that is printed at start: 256 random bits, new at every start, kept nowhere.</summary>
public sealed class StartToken
{
    public string Value { get; } = Base32.Encode(RandomNumberGenerator.GetBytes(32));

    /// <summary>Compares in constant time.</summary>
    public bool Is(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Value));
}
