namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>Why a tokenizer could not be used.</summary>
public enum TokenizerFault
{
    /// <summary>The folder has neither tokenizer.json nor tokenizer.model.</summary>
    Missing,

    /// <summary>A file is not what its name says.</summary>
    Garbled,

    /// <summary>A file, a vocabulary or a text is larger than <see cref="TokenizerLimits"/> allow, or took too long.</summary>
    TooLarge,

    /// <summary>The file asks for something this program does not do, which would give wrong tokens.</summary>
    Unsupported,
}

/// <summary>A tokenizer that cannot be loaded or used: which file, and why in plain words.</summary>
public sealed class TokenizerException : Exception
{
    public TokenizerException()
        : this(TokenizerFault.Garbled, "The tokenizer is garbled.")
    {
    }

    public TokenizerException(string message)
        : this(TokenizerFault.Garbled, message)
    {
    }

    public TokenizerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public TokenizerException(TokenizerFault fault, string message, Exception? innerException = null)
        : base(message, innerException)
        => Fault = fault;

    public TokenizerFault Fault { get; } = TokenizerFault.Garbled;
}
